package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

type results map[program][]cost

// The bars of the design, section 7.
const (
	barCPU   = 0.25 // seconds for each further pair
	barMB    = 0.1  // megabytes for each further pair
	barRatio = 2.0  // as many Collects to as many MapErr
)

// markdown prints a table of the programs, one of the slopes, and the ratio.
func markdown(done results) string {
	return table(done) + slopes(done) + ratio(done)
}

func table(done results) string {
	var b strings.Builder
	b.WriteString("### A program, built again after a change\n\n" +
		"| with | pairs of types | CPU s | wall s | MB |\n|---|---:|---:|---:|---:|\n")
	for _, f := range forms {
		for _, p := range of(done, f.name) {
			c := median(done[p])
			fmt.Fprintf(&b, "| %s | %d | %.2f | %.2f | %.2f |\n",
				f.what, p.Pairs, c.CPU.Seconds(), c.Wall.Seconds(), mb(c))
		}
	}
	return b.String()
}

// slopes is what one pair more costs, by least squares over the medians.
func slopes(done results) string {
	var b strings.Builder
	for _, f := range forms {
		found := of(done, f.name)
		if len(found) < 2 {
			continue
		}
		if b.Len() == 0 {
			fmt.Fprintf(&b, "\n### Each further pair of types (bars for ours: %.2f s, %.2f MB)\n\n"+
				"| with | CPU s | MB |\n|---|---:|---:|\n", barCPU, barMB)
		}
		cpu := slope(found, func(p program) float64 { return median(done[p]).CPU.Seconds() })
		size := slope(found, func(p program) float64 { return mb(median(done[p])) })
		fmt.Fprintf(&b, "| %s | %s | %s |\n", f.what, judge(f, "%.3f", cpu, barCPU), judge(f, "%.3f", size, barMB))
	}
	return b.String()
}

// ratio sets the largest program of Collects beside that of MapErr.
func ratio(done results) string {
	n := 0
	for _, p := range of(done, "collect") {
		if _, ok := done[program{"maperr", p.Pairs}]; ok {
			n = p.Pairs
		}
	}
	if n == 0 {
		return ""
	}
	ours, theirs := median(done[program{"collect", n}]), median(done[program{"maperr", n}])
	return fmt.Sprintf("\n%d Collects to %d MapErr: %s of the CPU (bar %.1f), %.2f × of the wall time, %.2f × of the bytes.\n",
		n, n, verdict("%.2f ×", float64(ours.CPU)/float64(theirs.CPU), barRatio), barRatio,
		float64(ours.Wall)/float64(theirs.Wall), float64(ours.Bytes)/float64(theirs.Bytes))
}

// judge compares ours with the bar; others have none.
func judge(f form, format string, x, bar float64) string {
	if slices.Contains(f.imports, longshore) {
		return verdict(format, x, bar)
	}
	return fmt.Sprintf(format, x)
}

// verdict prints what is over its bar in bold.
func verdict(format string, x, bar float64) string {
	text := fmt.Sprintf(format, x)
	if x > bar {
		return "**" + text + "**"
	}
	return text
}

// of lists the programs of a form that were built, by their pairs.
func of(done results, form string) []program {
	var found []program
	for p := range done {
		if p.Form == form {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(x, y program) int { return x.Pairs - y.Pairs })
	return found
}

// median takes each figure's own.
func median(costs []cost) cost {
	middle := func(of func(cost) int64) int64 {
		var all []int64
		for _, c := range costs {
			all = append(all, of(c))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return cost{
		CPU:   time.Duration(middle(func(c cost) int64 { return int64(c.CPU) })),
		Wall:  time.Duration(middle(func(c cost) int64 { return int64(c.Wall) })),
		Bytes: middle(func(c cost) int64 { return c.Bytes }),
	}
}

func slope(found []program, y func(program) float64) float64 {
	var meanX, meanY float64
	for _, p := range found {
		meanX += float64(p.Pairs) / float64(len(found))
		meanY += y(p) / float64(len(found))
	}
	var above, below float64
	for _, p := range found {
		dx := float64(p.Pairs) - meanX
		above += dx * (y(p) - meanY)
		below += dx * dx
	}
	return above / below
}

func mb(c cost) float64 { return float64(c.Bytes) / 1e6 }
