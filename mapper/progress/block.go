package progress

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// The bar has at least and at most so many cells, or there is none; and the same goes for a cause beside one.
const (
	shortestBar   = 5
	longestBar    = 30
	shortestCause = 10
	longestCause  = 40
)

// block is a line for each, in columns, of width cells at most, and as many lines as there is room for: of more,
// those in most trouble are shown, and the number of the others.
func block(all []state, width, rows int, colours bool) []string {
	shown, more := worst(all, rows)
	lines := table{states: shown, width: width, colours: colours}.lines()
	if more > 0 {
		lines = append(lines, cells.Truncate(fmt.Sprintf("%d more", more), width, "…"))
	}
	return lines
}

// worst is as many as there are rows for, in the order in which they began, and how many are left out.
func worst(all []state, rows int) ([]state, int) {
	if len(all) <= max(rows, 1) {
		return all, 0
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].trouble(), all[a].trouble()) })
	order = order[:max(rows-1, 1)]
	slices.Sort(order)
	shown := make([]state, len(order))
	for i, at := range order {
		shown[i] = all[at]
	}
	return shown, len(all) - len(shown)
}

// trouble is how much s wants to be seen.
func (s state) trouble() int {
	switch {
	case s.looping:
		return 4
	case s.waiting > 0:
		return 3
	case s.counts.Failed > 0:
		return 2
	case s.counts.Retrying > 0:
		return 1
	}
	return 0
}

// table is states in columns.
type table struct {
	states  []state
	width   int
	colours bool
}

// column is what one shows of a state: a segment, or none.
type column func(state) []segment

// layouts is the columns before and after the bar. What has no room is left out, the bar first, then what matters
// least.
var layouts = [][]column{
	{state.number, state.speed, state.forecast},
	{state.number, state.forecast},
	{state.number},
	{},
}

func (t table) lines() []string {
	for i, after := range layouts {
		before := []column{state.head, state.share}
		room := t.width - t.widths(append(before, after...)) - t.troubles()
		if room < 0 && i < len(layouts)-1 {
			continue
		}
		bar := 0
		if i == 0 && room-min(t.causes(), len(gap)+shortestCause) >= len(gap)+shortestBar && slices.ContainsFunc(t.states, func(s state) bool { return s.counts.Inputs > 0 }) {
			bar = min(max(room-len(gap)-t.causes(), shortestBar), longestBar)
		}
		return t.draw(before, after, bar)
	}
	return nil // never: the last one is taken as it is
}

// widths is what columns take, with the gaps between them.
func (t table) widths(columns []column) (sum int) {
	for _, c := range columns {
		if w := t.widest(c); w > 0 {
			sum += w + len(gap)
		}
	}
	return max(sum-len(gap), 0)
}

func (t table) widest(c column) (most int) {
	for _, s := range t.states {
		most = max(most, measure(c(s)))
	}
	return most
}

// troubles is what the troubles take that take most, with the gap before them.
func (t table) troubles() int {
	if w := t.widest(state.troubles); w > 0 {
		return len(gap) + w
	}
	return 0
}

// causes is what causes take besides, for which the bar makes room.
func (t table) causes() (most int) {
	widest := t.widest(state.troubles)
	for _, s := range t.states {
		if why := s.why(); why != nil {
			most = max(most, measure(s.troubles())+len(gap)+min(measure(why), longestCause)-widest)
		}
	}
	return most
}

func measure(segments []segment) int {
	if len(segments) == 0 {
		return 0
	}
	width := len(gap) * (len(segments) - 1)
	for _, s := range segments {
		width += cells.StringWidth(s.text)
	}
	return width
}

func (t table) draw(before, after []column, bar int) []string {
	lines := make([]string, len(t.states))
	for i, s := range t.states {
		var row []segment
		for n, c := range before {
			row = append(row, t.cell(c, s, n == 0)...)
		}
		barAt := len(row)
		for _, c := range after {
			row = append(row, t.cell(c, s, false)...)
		}
		row = append(row, s.troubles()...)
		if why := s.why(); why != nil {
			room := t.width - measure(row) - len(gap)
			if bar > 0 {
				room -= bar + len(gap)
			}
			if room >= min(shortestCause, cells.StringWidth(why[0].text)) {
				row = append(row, segment{cells.Truncate(why[0].text, room, "…"), why[0].colour})
			}
		}
		lines[i] = t.paint(row, barAt, s.bar(bar))
	}
	return lines
}

// cell is a column of a state, filled up to the width of the widest: none where no state has it.
func (t table) cell(c column, s state, left bool) []segment {
	width := t.widest(c)
	if width == 0 {
		return nil
	}
	one := segment{}
	if all := c(s); len(all) > 0 {
		one = all[0]
	}
	blanks := strings.Repeat(" ", width-cells.StringWidth(one.text))
	if left {
		return []segment{{one.text + blanks, one.colour}}
	}
	return []segment{{blanks + one.text, one.colour}}
}

// paint is a row with its bar. What is too long in spite of all is cut, and has no colour then.
func (t table) paint(row []segment, barAt int, bar []segment) string {
	if measure(row) > t.width {
		return strings.TrimRight(cells.Truncate(paint(row, false), t.width, "…"), " ")
	}
	head, tail := paint(row[:barAt], t.colours), paint(row[barAt:], t.colours)
	if len(bar) > 0 {
		var b strings.Builder
		for _, part := range bar {
			b.WriteString(part.paint(t.colours))
		}
		head += gap + b.String()
	}
	if tail != "" {
		head += gap + tail
	}
	return strings.TrimRight(head, " ")
}

// bar is so many cells long: what has succeeded, what has failed, and the track of the rest.
func (s state) bar(length int) []segment {
	if length == 0 {
		return nil
	}
	if s.counts.Inputs <= 0 {
		return []segment{{strings.Repeat(" ", length), ""}}
	}
	settled := int(int64(s.settled()) * int64(length) / int64(s.counts.Inputs))
	failed := min(nearest(s.counts.Failed, length, s.counts.Inputs), settled)
	return []segment{
		{strings.Repeat(full, settled-failed), done},
		{strings.Repeat(full, failed), failing},
		{strings.Repeat(track, length-settled), faint},
	}
}

// nearest is how many of so many cells some of all take. A few take none, for a whole one would look like many: their count
// is beside the bar.
func nearest(some, length, all int) int {
	return int(math.Round(float64(some) * float64(length) / float64(all)))
}

// full and track are the cells of a bar. The nice ones take two cells in East Asian locales.
var full, track = func() (string, string) {
	if runewidth.IsEastAsian() {
		return "#", "-"
	}
	return "━", "─"
}()
