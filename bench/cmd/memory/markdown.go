package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type results map[testCase]outcome

// markdown prints the tables of the cases that were run.
func markdown(done results) string {
	var b strings.Builder
	if zero, ok := done[testCase{"idle", "floor", 0}]; ok {
		fmt.Fprintf(&b, "Peak memory of an idle process of this program: %s MiB.\n", mib(zero))
	}
	b.WriteString(reading(done))
	for _, t := range []struct{ form, title, size string }{
		{"collect", "Collect, no-op: cost of an input as inputs grow", "inputs"},
		{"stream", "Start and All, no-op, ordered: cost of an input as inputs grow", "inputs"},
		{"sleepers", "Collect, 1 ms of sleep: cost of an input as containers grow", "containers"},
	} {
		b.WriteString(growth(done, t.form, t.title, t.size))
	}
	b.WriteString(held(done))
	return b.String()
}

// reading is about memory: what a lazy source of millions leaves behind.
func reading(done results) string {
	var b strings.Builder
	for _, t := range []struct{ form, title string }{
		{"lazy", "no-op"},
		{"slow-head", "no-op, but the first input takes 1 s"},
	} {
		for _, c := range of(done, t.form) {
			if b.Len() == 0 {
				b.WriteString("\n### Inputs generated lazily, streamed in order\n\n" +
					"| inputs | work | by | peak MiB | pulled before the first result | ns/item |\n|---:|---|---|---:|---:|---:|\n")
			}
			o := done[c]
			fmt.Fprintf(&b, "| %d | %s | %s | %s | %d | %.1f |\n", c.Size, t.title, c.Impl, mib(o), o.Pulled, o.NS)
		}
	}
	return b.String()
}

// growth sets floor and Longshore side by side for each size.
func growth(done results, form, title, size string) string {
	var sizes []int
	for _, c := range of(done, form) {
		sizes = append(sizes, c.Size)
	}
	sizes = slices.Compact(sizes)
	if len(sizes) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n| %s | floor ns/item | longshore ns/item | ratio | ideal ns/item | floor peak MiB | longshore peak MiB |\n", title, size)
	b.WriteString("|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, n := range sizes {
		f, hasFloor := done[testCase{form, "floor", n}]
		l, hasOurs := done[testCase{form, "longshore", n}]
		ratio := "–"
		if hasFloor && hasOurs {
			ratio = fmt.Sprintf("%.2f", l.NS/f.NS)
		}
		ideal := "–"
		if form == "sleepers" {
			ideal = ns(outcome{NS: 1e6 / float64(n)}, true)
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s | %s |\n",
			n, ns(f, hasFloor), ns(l, hasOurs), ratio, ideal, mibOr(f, hasFloor), mibOr(l, hasOurs))
	}
	return b.String()
}

// of lists the cases of a form that were run, by size, floor first.
func of(done results, form string) []testCase {
	var found []testCase
	for c := range maps.Keys(done) {
		if c.Form == form {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(x, y testCase) int {
		return cmp.Or(cmp.Compare(x.Size, y.Size), cmp.Compare(x.Impl, y.Impl))
	})
	return found
}

func ns(o outcome, ok bool) string {
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.1f", o.NS)
}

func mib(o outcome) string { return fmt.Sprintf("%.1f", float64(o.PeakKiB)/1024) }

func mibOr(o outcome, ok bool) string {
	if !ok {
		return "–"
	}
	return mib(o)
}
