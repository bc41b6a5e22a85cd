package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/longshore-go/longshore/bench"
)

// markdown is one table for each group: a line for each implementation, a
// column for each workload, and what an input of the cheapest one allocates.
func markdown(rep *report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, GOMAXPROCS %d; medians of %d rounds, seed %d, %s.\n",
		rep.Go, rep.Platform, rep.Procs, rep.Rounds, rep.Seed, rep.Started.Format("2006-01-02"))
	for _, g := range bench.Groups() {
		var rows []*row
		for _, r := range rep.Rows {
			if r.Group == g {
				rows = append(rows, r)
			}
		}
		if len(rows) > 0 {
			groupTable(&b, g, rows)
		}
	}
	if len(rep.Specials) > 0 {
		specialTable(&b, rep.Specials)
	}
	return b.String()
}

var titles = map[bench.Group]string{
	bench.Collect:    "Collect: an ordered slice",
	bench.CollectCtx: "Collect with context and errors",
	bench.Ordered:    "Stream in input order",
	bench.Unordered:  "Stream as results come",
}

func groupTable(b *strings.Builder, g bench.Group, rows []*row) {
	fmt.Fprintf(b, "\n### %s\n\nns/item, and how many times the floor\n\n", titles[g])
	b.WriteString("| |")
	for _, r := range rows {
		fmt.Fprintf(b, " %s |", r.Workload)
	}
	fmt.Fprintf(b, " B/item (%[1]s) | allocs/item (%[1]s) |\n|---|", rows[0].Workload)
	b.WriteString(strings.Repeat("---:|", len(rows)+2))
	b.WriteByte('\n')
	for _, e := range lines(rows) {
		name := e.Name
		if e.Kind == bench.Longshore || e.Kind == bench.Floor {
			name = "**" + name + "**"
		}
		fmt.Fprintf(b, "| %s |", name)
		for _, r := range rows {
			b.WriteString(cell(r.named(e.Name)))
		}
		if first := rows[0].named(e.Name); first != nil {
			fmt.Fprintf(b, " %s | %s |\n", digits(first.Median.Bytes), digits(first.Median.Allocs))
		} else {
			b.WriteString(" | |\n")
		}
	}
}

func (r *row) named(name string) *entry {
	return r.find(func(e *entry) bool { return e.Name == name })
}

// lines are the implementations of a group: the floor, then by what the first
// workload that they run costs.
func lines(rows []*row) []*entry {
	var all []*entry
	for _, r := range rows {
		at := len(all)
		for _, e := range r.Entries {
			if !slices.ContainsFunc(all, func(a *entry) bool { return a.Name == e.Name }) {
				all = append(all, e)
			}
		}
		slices.SortStableFunc(all[at:], func(x, y *entry) int {
			if x.Kind == bench.Floor || y.Kind == bench.Floor {
				return cmp.Compare(rank(x), rank(y))
			}
			return cmp.Compare(x.Median.NS, y.Median.NS)
		})
	}
	return all
}

func rank(e *entry) int {
	if e.Kind == bench.Floor {
		return 0
	}
	return 1
}

func cell(e *entry) string {
	switch {
	case e == nil:
		return " – |"
	case e.Kind == bench.Floor:
		return fmt.Sprintf(" **%s** |", digits(e.Median.NS))
	default:
		return fmt.Sprintf(" %s (%s×) |", digits(e.Median.NS), digits(e.Ratio))
	}
}

func specialTable(b *strings.Builder, specials []*special) {
	b.WriteString("\n### One thing at a time\n\n| | measured | at most |\n|---|---:|---:|\n")
	for _, s := range specials {
		fmt.Fprintf(b, "| %s | %s %s | %s |\n", s.Asks, digits(s.Median), s.Unit, digits(s.Bar))
	}
}

// digits writes three significant digits at most, and thousands with commas:
// the machine does not repeat itself more exactly than that.
func digits(v float64) string {
	switch abs := math.Abs(v); {
	case abs < 0.005:
		return "0"
	case abs < 10:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
	case abs < 100:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	case abs < 999.5:
		return fmt.Sprintf("%.0f", v)
	default:
		unit := math.Pow(10, math.Floor(math.Log10(abs))-2)
		return commas(int64(math.Round(v/unit) * unit))
	}
}

func commas(v int64) string {
	if v < 0 {
		return "-" + commas(-v)
	}
	if v < 1000 {
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%s,%03d", commas(v/1000), v%1000)
}
