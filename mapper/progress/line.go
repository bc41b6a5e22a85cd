package progress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// colour is an SGR parameter; empty is none.
type colour string

// The colours of the states, the same as on the dashboard. None stands alone: each state has its word.
const (
	running  colour = "34" // blue
	retrying colour = "33" // amber
	failing  colour = "31" // red
	done     colour = "32" // green
	faint    colour = "90" // grey
)

// segment is a part of a line.
type segment struct {
	text   string
	colour colour
}

// cells measures text as terminals show it. East Asian fonts that show more symbols wide are not
// asked for: of those we print none, see full.
var cells = &runewidth.Condition{}

// gap is between two parts of a line.
const gap = "  "

// line is s where there is no terminal: without a bar, and as long as it takes.
func line(s state) string {
	return paint(slices.Concat(s.head(), s.share(), s.number(), s.speed(), s.forecast(), s.troubles(), s.why()), false)
}

func paint(segments []segment, colours bool) string {
	words := make([]string, len(segments))
	for i, s := range segments {
		words[i] = s.paint(colours)
	}
	return strings.Join(words, gap)
}

func (s segment) paint(colours bool) string {
	if colours && s.colour != "" && s.text != "" {
		return "\x1b[" + string(s.colour) + "m" + s.text + "\x1b[0m"
	}
	return s.text
}

// lagging is how far a journal may be behind before that is a trouble: a group takes milliseconds.
const lagging = time.Second

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

// troubles is how many inputs run, how many did not have to, and what is not in order.
func (s state) troubles() (list []segment) {
	add := func(n int, word string, c colour) {
		if n > 0 {
			list = append(list, segment{fmt.Sprintf("%d %s", n, word), c})
		}
	}
	add(s.counts.Running, "run", running)
	add(s.counts.Retrying, "retry", retrying)
	add(s.counts.Failed, "failed", failing)
	add(s.counts.Restored, "restored", "")
	if s.counts.Lag >= lagging {
		add(s.counts.Unrecorded, "not recorded", retrying)
	}
	add(s.counts.Suspected, "suspected", retrying)
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

// why is the cause of a crash loop.
func (s state) why() []segment {
	if !s.looping || s.cause == "" {
		return nil
	}
	return []segment{{s.cause, failing}}
}
