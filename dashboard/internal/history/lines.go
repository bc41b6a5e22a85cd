package history

import "github.com/longshore-go/longshore/supervisor"

// lines is the end of what a worker process has printed.
type lines struct {
	kept  []Line
	bytes int
	told  int
	cut   bool
}

const (
	linesOfOne = 64 << 10 // bytes
	linesOfAll = 8 << 20
	lineLength = 8 << 10
	lineCost   = 64 // for a line that says nothing
)

// say takes in a line. Containers that print share the room of all.
func (c *crew) say(l *life, ev *supervisor.Event) {
	if l.lines.told == 0 {
		c.printed++
		if c.allowance() < linesOfOne {
			for _, other := range c.lives {
				other.lines.trim(c.allowance())
			}
		}
	}
	l.lines.put(ev)
	l.lines.trim(c.allowance())
}

// allowance is how much is kept of one container.
func (c *crew) allowance() int { return min(linesOfOne, linesOfAll/max(c.printed, 1)) }

// silence lets go of what a container has printed.
func (c *crew) silence(l *life) {
	if l.lines.told > 0 {
		c.printed--
		l.lines = lines{cut: true}
	}
}

func (l *lines) put(ev *supervisor.Event) {
	l.told++
	line := Line{Number: l.told, Time: ev.Time, Stream: ev.Stream, Text: clip(ev.Text, lineLength)}
	l.kept = append(l.kept, line)
	l.bytes += line.cost()
}

// trim lets go of the oldest lines.
func (l *lines) trim(most int) {
	n := 0
	for l.bytes > most && n < len(l.kept) {
		l.bytes -= l.kept[n].cost()
		l.kept[n] = Line{}
		n++
	}
	if n > 0 {
		l.kept, l.cut = l.kept[n:], true
	}
}

func (l Line) cost() int { return len(l.Text) + lineCost }
