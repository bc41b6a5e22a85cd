package screen

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// Charts are drawn by the server. They need no script, no library and no second format for
// the figures, and are sent again like everything else; uPlot was considered, and adds 55 KB
// and a canvas that nobody can read aloud.

// chart is lines over time. Labels are HTML around it, since text within would be stretched.
type chart struct {
	Title string
	Top   string // at the upper end of the axis
	Half  string
	Span  string // how long ago the left end is
	Lines []curve
	Marks []float64 // of crashes
	Bands []band
}

// curve is one line of a chart.
type curve struct {
	Name  string
	Style string // a class: colour and dashes
	Path  string
	Now   string
}

// band is a stretch of time, with what happened within it in words.
type band struct {
	X, Width float64
	Tip      string
}

// The plane that lines are drawn on, and how many bands have words of their own.
const (
	width  = 600.0
	height = 100.0
	bands  = 60
	least  = time.Minute // that a chart spans
)

// measure is what one line shows of a second; not a number where there is nothing.
type measure struct {
	name, style string
	of          func(history.Sample) float64
}

var (
	throughput = []measure{
		{"succeeded", "l-green", func(s history.Sample) float64 { return float64(s.Succeeded) }},
		{"failed", "l-red dashed", func(s history.Sample) float64 { return float64(s.Failed) }},
	}
	inFlight = []measure{
		{"running", "l-blue", func(s history.Sample) float64 { return float64(s.Running) }},
		{"retrying", "l-amber dashed", func(s history.Sample) float64 { return float64(s.Retrying) }},
	}
	latency = []measure{
		{"p50", "l-blue", func(s history.Sample) float64 { return someTime(s.P50) }},
		{"p95", "l-amber dashed", func(s history.Sample) float64 { return someTime(s.P95) }},
		{"p99", "l-red dotted", func(s history.Sample) float64 { return someTime(s.P99) }},
	}
)

func someTime(d time.Duration) float64 {
	if d <= 0 {
		return math.NaN()
	}
	return d.Seconds()
}

// charts are those of a run; none before there are two samples.
func charts(series []history.Sample) []chart {
	if len(series) < 2 {
		return nil
	}
	length := func(f float64) string { return duration(time.Duration(f * float64(time.Second))) }
	first := draw("Throughput, inputs a second", series, throughput, rate)
	first.Marks = crashMarks(series)
	return []chart{
		first,
		draw("In flight, inputs", series, inFlight, rate),
		draw("Duration of attempts", series, latency, length),
	}
}

// draw makes a chart of measures in one unit.
func draw(title string, series []history.Sample, all []measure, unit func(float64) string) chart {
	top := 0.0
	for _, s := range series {
		for _, m := range all {
			if v := m.of(s); v > top {
				top = v
			}
		}
	}
	top = round125(top)
	from, span := axis(series)
	c := chart{Title: title, Top: unit(top), Half: unit(top / 2), Span: fmt.Sprintf("%.0f min ago", span.Minutes())}
	for _, m := range all {
		c.Lines = append(c.Lines, curve{m.name, m.style, path(series, m, from, span, top), latest(series, m, unit)})
	}
	c.Bands = tips(series, all, from, span, unit)
	return c
}

// axis is the time at the left end, and how much later the right end is: whole minutes.
func axis(series []history.Sample) (from time.Time, span time.Duration) {
	to := series[len(series)-1].Time
	span = max(to.Sub(series[0].Time)+least-1, least).Truncate(least)
	return to.Add(-span), span
}

func along(t, from time.Time, span time.Duration) float64 {
	return width * float64(t.Sub(from)) / float64(span)
}

// path draws a line. It is broken where there is nothing to show.
func path(series []history.Sample, m measure, from time.Time, span time.Duration, top float64) string {
	var b strings.Builder
	pen := "M"
	for _, s := range series {
		v := m.of(s)
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		x := along(s.Time, from, span)
		fmt.Fprintf(&b, "%s%.1f %.1f", pen, x, height-height*v/top)
		if pen == "M" {
			b.WriteString("h.01") // a lone second is a point
		}
		pen = "L"
	}
	return b.String()
}

func latest(series []history.Sample, m measure, unit func(float64) string) string {
	for i := len(series) - 1; i >= 0 && i >= len(series)-10; i-- {
		if v := m.of(series[i]); !math.IsNaN(v) {
			return unit(v)
		}
	}
	return "–"
}

func crashMarks(series []history.Sample) (marks []float64) {
	from, span := axis(series)
	for _, s := range series {
		if s.Crashes > 0 {
			marks = append(marks, along(s.Time, from, span))
		}
	}
	return marks
}

// tips says in words what the lines show.
func tips(series []history.Sample, all []measure, from time.Time, span time.Duration, unit func(float64) string) []band {
	step := max((len(series)+bands-1)/bands, 1)
	var out []band
	for i := 0; i < len(series); i += step {
		part := series[i:min(i+step, len(series))]
		words := make([]string, 0, len(all)+1)
		crashes := 0
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
		for _, s := range part {
			crashes += s.Crashes
		}
		if crashes > 0 {
			words = append(words, plural(crashes, "crash", "crashes"))
		}
		end := along(part[len(part)-1].Time, from, span)
		begin := max(along(part[0].Time.Add(-time.Second), from, span), 0)
		out = append(out, band{begin, end - begin, part[0].Time.Format("15:04:05") + ": " + strings.Join(words, ", ")})
	}
	return out
}

// round125 is the next of 1, 2, 5, 10, 20, …, and 1 for nothing at all.
func round125(f float64) float64 {
	if f <= 0 {
		return 1
	}
	ten := math.Pow(10, math.Floor(math.Log10(f)))
	for _, k := range []float64{1, 2, 5} {
		if f <= k*ten*1.0000001 {
			return k * ten
		}
	}
	return 10 * ten
}
