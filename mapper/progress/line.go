package progress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// colour is an SGR parameter; empty is none.
type colour string

// The colours of the states, the same as on the dashboard. None stands alone: each state has its word.
const (
	running  colour = "34" // blue
	retrying colour = "33" // amber
	failing  colour = "31" // red
)

// segment is a part of a line.
type segment struct {
	text   string
	colour colour
}

// cells measures text as terminals show it. East Asian fonts that show more symbols wide are not
// asked for: of those we print none, see block.
var cells = &runewidth.Condition{}

// The bar has at least and at most so many cells, or there is none.
const (
	shortestBar = 5
	longestBar  = 30
)

// line is s in width cells at most, 0 for as many as it takes and no bar. What has no room is left
// out, the bar first, then what matters least.
func line(s state, width int, colours bool) string {
	for i, segments := range [][]segment{
		all(s.head(), s.share(), s.number(), s.speed(), s.forecast(), s.troubles()),
		all(s.head(), s.share(), s.number(), s.forecast(), s.troubles()),
		all(s.head(), s.share(), s.number(), s.troubles()),
		all(s.head(), s.share(), s.troubles()),
	} {
		room := width - measure(segments)
		if i == 0 && room >= len(gap)+shortestBar && s.counts.Inputs > 0 {
			segments = slices.Insert(segments, len(s.head())+len(s.share()), s.bar(min(room-len(gap), longestBar)))
		}
		if room >= 0 || width == 0 {
			return paint(segments, colours)
		}
	}
	return cells.Truncate(paint(all(s.head(), s.share(), s.troubles()), false), width, "…")
}

func all(parts ...[]segment) (segments []segment) {
	for _, part := range parts {
		segments = append(segments, part...)
	}
	return segments
}

// gap is between two segments.
const gap = "  "

func measure(segments []segment) int {
	width := len(gap) * (len(segments) - 1)
	for _, s := range segments {
		width += cells.StringWidth(s.text)
	}
	return width
}

func paint(segments []segment, colours bool) string {
	var b strings.Builder
	for i, s := range segments {
		if i > 0 {
			b.WriteString(gap)
		}
		if colours && s.colour != "" {
			b.WriteString("\x1b[" + string(s.colour) + "m" + s.text + "\x1b[0m")
		} else {
			b.WriteString(s.text)
		}
	}
	return b.String()
}

func (s state) head() []segment { return []segment{{s.name, ""}} }

// share is the percentage, which is 100 only when all is done.
func (s state) share() []segment {
	if s.counts.Inputs <= 0 {
		return nil
	}
	return []segment{{fmt.Sprintf("%3d%%", int(int64(s.settled())*100/int64(s.counts.Inputs))), ""}}
}

func (s state) number() []segment {
	if s.counts.Inputs < 0 {
		return []segment{{fmt.Sprintf("%d done", s.settled()), ""}}
	}
	return []segment{{fmt.Sprintf("%d/%d", s.settled(), s.counts.Inputs), ""}}
}

func (s state) speed() []segment {
	if s.rate == 0 {
		return nil
	}
	return []segment{{rateText(s.rate), ""}}
}

func (s state) forecast() []segment {
	eta, ok := s.eta()
	if !ok {
		return nil
	}
	return []segment{{"eta " + spanText(eta), ""}}
}

// troubles is how many inputs run, and what is not in order.
func (s state) troubles() (list []segment) {
	add := func(n int, word string, c colour) {
		if n > 0 {
			list = append(list, segment{fmt.Sprintf("%d %s", n, word), c})
		}
	}
	add(s.counts.Running, "run", running)
	add(s.counts.Retrying, "retry", retrying)
	add(s.counts.Failed, "failed", failing)
	switch {
	case s.looping && s.waiting == 0:
		list = append(list, segment{"crash-looping", failing})
	case s.looping:
		add(s.waiting, "crash-looping", failing)
	default:
		add(s.waiting, "backing off", retrying)
	}
	if s.nextStart > 0 {
		list = append(list, segment{"next start in " + spanText(s.nextStart), ""})
	}
	return list
}

// bar is so many cells long.
func (s state) bar(length int) segment {
	full := int(int64(s.settled()) * int64(length) / int64(s.counts.Inputs))
	return segment{strings.Repeat(block, full) + strings.Repeat(" ", length-full), ""}
}

// block is a cell of the bar. The nice one takes two cells in East Asian locales.
var block = func() string {
	if runewidth.IsEastAsian() {
		return "#"
	}
	return "▇"
}()
