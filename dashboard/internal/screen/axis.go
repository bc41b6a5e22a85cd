package screen

import (
	"math"
	"strings"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
)

// The plane that lines are drawn on: time goes on in it, and the window through which a chart shows it moves
// along. So what was drawn stays as it was.
const (
	second = 2   // units
	height = 200 // units
	least  = time.Minute
	steps  = 60 // bands of a chart have words of their own
)

// wrap keeps numbers short: a day and some, after which time begins anew in the plane.
const wrap = 200_000

// at is the place of a moment.
func at(t time.Time) int { return int((t.UnixMilli() * second / 1000) % wrap) }

// along is the length of a time.
func along(d time.Duration) int { return int(d.Seconds() * second) }

// axis is both ends, whole minutes apart.
func axis(series []history.Sample) (from, to int) {
	first, last := series[0].Time, series[len(series)-1].Time
	span := max(last.Sub(first)+least-1, least).Truncate(least)
	return at(last) - along(span), at(last)
}

// band is a stretch of time, with what happened within it in words.
type band struct {
	X, Width int
	At       time.Time
	Tip      string
}

// bands says in words what the lines show.
func bands(series []history.Sample, all []measure, unit func(float64) string, span int) (out []band) {
	step := max(span/steps, second) // units
	for i := 0; i < len(series); {
		n, x := 1, at(series[i].Time)/step*step
		for i+n < len(series) && at(series[i+n].Time)/step*step == x {
			n++
		}
		part := series[i : i+n]
		out = append(out, band{x - step + second, step, part[0].Time, tip(part, all, unit)})
		i += n
	}
	return out
}

// tip is the means of a few seconds, and their crashes.
func tip(part []history.Sample, all []measure, unit func(float64) string) string {
	words := make([]string, 0, len(all)+1)
	for _, m := range all {
		sum, n := 0.0, 0
		for _, s := range part {
			if v := m.of(s); !math.IsNaN(v) {
				sum, n = sum+v, n+1
			}
		}
		if n > 0 {
			words = append(words, m.name+" "+unit(sum/float64(n)))
		}
	}
	crashes := 0
	for _, s := range part {
		crashes += s.Crashes
	}
	if crashes > 0 {
		words = append(words, amount.Of(crashes, "crash", "crashes"))
	}
	return strings.Join(words, ", ")
}

// round125 is the next of 1, 2, 5, 10, 20, …, and 1 for nothing at all.
func round125(f float64) float64 { return roundTo(f, 1, 2, 5) }

// wholeTop is a round number of things, of which the half is one too, and not much over what there is.
func wholeTop(f float64) float64 { return max(roundTo(f, 1, 2, 4, 6, 8), 2) }

// binaryTop is a power of two, and not much over what there is in bytes.
func binaryTop(f float64) float64 { return math.Exp2(math.Ceil(math.Log2(max(f*0.9999999, 1)))) }

// roundTo is the next of some numbers, times a power of ten.
func roundTo(f float64, numbers ...float64) float64 {
	if f <= 0 {
		return 1
	}
	ten := math.Pow(10, math.Floor(math.Log10(f)))
	for _, k := range numbers {
		if f <= k*ten*1.0000001 {
			return k * ten
		}
	}
	return 10 * ten
}
