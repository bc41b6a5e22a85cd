package main

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"

	"github.com/longshore-go/longshore/bench"
)

// The chart's measures, in pixels.
const (
	chartWidth = 860
	barsFrom   = 210 // names end here
	barsWidth  = 540 // of the longest bar; figures follow
	lineHeight = 22
	barHeight  = 14
	panelHead  = 44
	chartHead  = 64
	chartFoot  = 34
)

// style makes the chart readable on a light and on a dark page: an image in a
// README follows the reader's colour scheme, not the page's style sheet.
const style = `
text { font: 13px ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 }
.panel { font-size: 14px; font-weight: 600 }
.faint { fill: #59636e; font-size: 12px }
.name { text-anchor: end }
.ours { font-weight: 700 }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.bar-peer { fill: #a5b1bd }
.bar-hand { fill: #d3dae1 }
.bar-floor { fill: none; stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 4 2 }
.bar-longshore { fill: #0a7d70 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .faint { fill: #9aa5b1 }
  .grid { stroke: #343b44 }
  .bar-peer { fill: #5d6976 }
  .bar-hand { fill: #3d454f }
  .bar-floor { stroke: #9aa5b1 }
  .bar-longshore { fill: #2fc4b2 }
}
`

var barClass = map[bench.Kind]string{
	bench.Floor:     "bar-floor",
	bench.ByHand:    "bar-hand",
	bench.Peer:      "bar-peer",
	bench.Longshore: "bar-longshore",
}

// svg draws the rows of one workload, a panel for each group, shortest bar
// first. The scale is logarithmic, as costs lie up to a thousandfold apart;
// each bar carries its figure so that nobody has to judge lengths.
func svg(rep *report, workload string) ([]byte, error) {
	var rows []*row
	for _, r := range rep.Rows {
		if r.Workload == workload {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("-svg: no row of workload %q was measured", workload)
	}
	sc := newScale(rows)
	height := chartHead + chartFoot
	for _, r := range rows {
		height += panelHead + lineHeight*len(r.Entries)
	}

	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img">`, chartWidth, height)
	title := "Time per input, workload " + workload
	fmt.Fprintf(&b, "\n<title>%s</title>\n<style>%s</style>\n", html.EscapeString(title), style)
	label(&b, "title", 16, 28, title)
	label(&b, "faint", 16, 48, fmt.Sprintf("nanoseconds, logarithmic; lower is better. %s, %s, %d cores, medians of %d rounds",
		rep.Go, rep.Platform, rep.Procs, rep.Rounds))
	y := chartHead
	for _, r := range rows {
		y = panel(&b, sc, r, y)
	}
	label(&b, "faint", 16, y+chartFoot/2, "floor: hand-written loop, tuned to the workload, without retries, timeouts or crash handling")
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

// panel draws a row from y down and returns where it ends.
func panel(b *bytes.Buffer, sc scale, r *row, y int) int {
	label(b, "panel", 16, y+22, titles[r.Group])
	top, bottom := y+panelHead-8, y+panelHead+lineHeight*len(r.Entries)-4
	for v := sc.from; v <= sc.to; v *= 10 {
		x := barsFrom + sc.length(v)
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`+"\n", x, top+4, x, bottom)
		label(b, "faint", int(x)+3, top, commas(int64(v)))
	}
	y += panelHead
	for _, e := range sorted(r.Entries) {
		class := "name"
		if e.Kind == bench.Longshore {
			class += " ours"
		}
		label(b, class, barsFrom-10, y+barHeight-2, e.Name)
		length := sc.length(e.Median.NS)
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`+"\n",
			barClass[e.Kind], barsFrom, y, length, barHeight)
		label(b, "", barsFrom+int(length)+8, y+barHeight-2, digits(e.Median.NS))
		y += lineHeight
	}
	return y
}

func sorted(entries []*entry) []*entry {
	return slices.SortedStableFunc(slices.Values(entries), func(x, y *entry) int {
		return cmp.Compare(x.Median.NS, y.Median.NS)
	})
}

func label(b *bytes.Buffer, class string, x, y int, text string) {
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">%s</text>`+"\n", class, x, y, html.EscapeString(text))
}

// A scale is logarithmic over whole powers of ten.
type scale struct{ from, to float64 }

// newScale holds all medians of the rows, with half a decade to spare below,
// so that the shortest bar is still seen.
func newScale(rows []*row) scale {
	low, high := math.Inf(1), 0.0
	for _, r := range rows {
		for _, e := range r.Entries {
			low, high = min(low, e.Median.NS), max(high, e.Median.NS)
		}
	}
	from := math.Pow(10, math.Floor(math.Log10(low/3)))
	to := math.Pow(10, math.Ceil(math.Log10(high)))
	return scale{max(from, 1), max(to, 10*max(from, 1))}
}

func (s scale) length(v float64) float64 {
	return barsWidth * max(0.005, math.Log10(v/s.from)/math.Log10(s.to/s.from))
}
