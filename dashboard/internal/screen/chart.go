package screen

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
)

// Charts are drawn by the server. They need no script, no library and no second format for
// the figures, and are sent again like everything else; uPlot was considered, and adds 55 KB
// and a canvas that nobody can read aloud.

// chart is lines over time. Labels are HTML around it, since text within would be stretched.
type chart struct {
	Title    string
	Top      string // at the upper end of the axis
	Half     string
	Span     string // how long before the right end the left one is
	Live     bool   // the right end is now
	End      time.Time
	Box      string // the viewBox
	Lines    []curve
	Crashed  string // the path of what marks crashes
	Crashes  int
	Shades   []shade
	Bands    []band
	From, To int // the ends
}

// curve is one line of a chart.
type curve struct {
	Name  string
	Style string // a class: colour and dashes
	Path  string
	Now   string // empty where there is no now
}

// shade is a stretch of time in which a crash loop lasted.
type shade struct{ X, Width int }

// measure is what one line shows of a second; not a number where there is nothing.
type measure struct {
	name, style string
	of          func(history.Sample) float64
}

var (
	throughput = []measure{
		{"succeeded", "l-green", func(s history.Sample) float64 { return float64(max(s.Succeeded-s.Restored, 0)) }},
		{"failed", "l-red dashed", func(s history.Sample) float64 { return float64(s.Failed) }},
	}
	refusals = measure{"refused", "l-amber dotted", func(s history.Sample) float64 { return float64(s.Refused) }}
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
func charts(r history.Run) []chart {
	if len(r.Series) < 2 {
		return nil
	}
	length := func(f float64) string { return duration(time.Duration(f * float64(time.Second))) }
	flow := throughput
	if r.Counts.Refused > 0 {
		flow = append(flow[:len(flow):len(flow)], refusals)
	}
	first := draw(r, "Throughput, inputs a second", flow, rate, wholeTop)
	for _, s := range r.Series {
		first.Crashes += s.Crashes
	}
	first.Crashed = crashed(r.Series)
	return append([]chart{
		first,
		draw(r, "In flight, inputs", inFlight, rate, wholeTop),
		draw(r, "Duration of attempts", latency, length, round125),
	}, memoryChart(r)...)
}

// draw makes a chart of measures in one unit, on an axis that ends at a round number.
func draw(r history.Run, title string, all []measure, unit func(float64) string, round func(float64) float64) chart {
	top := 0.0
	for _, s := range r.Series {
		for _, m := range all {
			if v := m.of(s); v > top {
				top = v
			}
		}
	}
	top = round(top)
	from, to := axis(r.Series)
	c := chart{
		Title: title, Top: unit(top), Half: unit(top / 2), Live: r.Ended.IsZero(), End: r.Series[len(r.Series)-1].Time,
		Span: amount.Of((to-from)/along(least), "minute", "minutes"),
		Box:  fmt.Sprintf("%d 0 %d %d", from, to-from, height), From: from, To: to,
	}
	for _, m := range all {
		line := curve{Name: m.name, Style: m.style, Path: path(r.Series, m, top)}
		if c.Live {
			line.Now = latest(r.Series, m, unit)
		}
		c.Lines = append(c.Lines, line)
	}
	c.Bands = bands(r.Series, all, unit, to-from)
	c.Shades = shades(r.Incidents, from, to)
	return c
}

// path draws a line, in steps from one second to the next: so most of it stays the same text while time
// passes. It is broken where there is nothing to show.
func path(series []history.Sample, m measure, top float64) string {
	var b strings.Builder
	on, x, y := false, 0, 0
	for _, s := range series {
		v := m.of(s)
		if math.IsNaN(v) {
			on = false
			continue
		}
		nextX, nextY := at(s.Time), int(math.Round(height-height*v/top))
		if on {
			fmt.Fprintf(&b, "l%d %d", nextX-x, nextY-y)
		} else {
			fmt.Fprintf(&b, "M%d %dh.01", nextX, nextY) // a lone second is a point
		}
		on, x, y = true, nextX, nextY
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

// crashed is a line along the axis, where containers have crashed.
func crashed(series []history.Sample) string {
	var b strings.Builder
	for _, s := range series {
		if s.Crashes > 0 {
			fmt.Fprintf(&b, "M%d %dh%d", at(s.Time)-second, height, second)
		}
	}
	return b.String()
}

// shades is when crash loops lasted.
func shades(all []history.Incident, from, to int) (out []shade) {
	for _, one := range all {
		begin, end := max(at(one.Began), from), to
		if !one.Ended.IsZero() {
			end = min(max(at(one.Ended), at(one.Began)+second), to)
		}
		if begin < end {
			out = append(out, shade{begin, end - begin})
		}
	}
	return out
}
