package live

import (
	"encoding/json"
	"strings"
)

// A part that has changed is sent as a patch of its lines: [from, n] stands for lines that it had before, a
// string for lines that are new. Rows of tables are lines of their own, so that one that has changed is one line.
// Differences within a line are left to the compression.

// patch is the pieces of a part as JSON: all of it as one string where nothing of it was there before.
func patch(old, fresh string) json.RawMessage {
	if old == "" {
		return encoded(fresh)
	}
	before, after := strings.Split(old, "\n"), strings.Split(fresh, "\n")
	places := make(map[string][]int, len(before))
	for i, line := range before {
		places[line] = append(places[line], i)
	}
	var pieces []any
	var lines []string
	flush := func() {
		if len(lines) > 0 {
			pieces = append(pieces, strings.Join(lines, "\n"))
			lines = nil
		}
	}
	at := 0 // where the next line is expected to have been
	for i := 0; i < len(after); {
		from, n := longest(before, after[i:], places[after[i]], at)
		if n == 0 {
			lines = append(lines, after[i])
			i++
			at++
			continue
		}
		flush()
		pieces = append(pieces, [2]int{from, n})
		i, at = i+n, from+n
	}
	flush()
	return encoded(pieces)
}

// longest is the place from which most of the lines were there before. Where the lines are expected is good enough.
func longest(before, after []string, places []int, expected int) (from, n int) {
	if expected < len(before) && before[expected] == after[0] {
		return expected, same(before[expected:], after)
	}
	for _, at := range places[:min(len(places), fewPlaces)] {
		if m := same(before[at:], after); m > n {
			from, n = at, m
		}
	}
	return from, n
}

// fewPlaces is how many are looked at: lines that say nothing are in many.
const fewPlaces = 8

func same(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
