package history

import (
	"cmp"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// crew is the containers of a run of its own, or of a function: those that live, the latest to
// end, and the latest changes of state and crashes of all of them.
type crew struct {
	lives   map[int]*life // by number
	ended   ring[*life]
	states  ring[change]
	crashes ring[*Crash]
	told    int // crashes, ever
	printed int // lives with lines
}

const (
	maxEnded   = 1000
	maxStates  = 10_000
	maxCrashes = 200
)

// life is one container.
type life struct {
	id, lineage           int
	state                 string // starting ready crashed stopped abandoned
	started, ready, ended time.Time
	release               int
	machine               string
	finished              int64
	crash                 *Crash
	struck                *strike // before its crash is told of
	lines                 lines
	usage                 *usage // nil where its memory is not known
}

// change is a container's entering a state.
type change struct {
	at      time.Time
	id      int
	lineage int
	state   string
	note    string
}

// strike is the input that a crash is blamed on.
type strike struct {
	run       uint64
	input     int
	described string
}

// The states in which a life may be, by what tells of them.
var stateOf = map[supervisor.Kind]string{
	supervisor.ContainerStarted:   "starting",
	supervisor.ContainerReady:     "ready",
	supervisor.ContainerCrashed:   "crashed",
	supervisor.ContainerStopped:   "stopped",
	supervisor.ContainerAbandoned: "abandoned",
	supervisor.ExitFailed:         "stopping",
}

func newCrew() crew {
	return crew{
		lives:   map[int]*life{},
		ended:   ring[*life]{limit: maxEnded},
		states:  ring[change]{limit: maxStates},
		crashes: ring[*Crash]{limit: maxCrashes},
	}
}

// life returns the container, a new one if nothing is known of it.
func (c *crew) life(id, lineage int) *life {
	l := c.lives[id]
	if l == nil {
		l = &life{id: id, lineage: lineage, state: "starting"}
		c.lives[id] = l
	}
	return l
}

// changed takes in that a container entered a state.
func (c *crew) changed(ev *supervisor.Event, release int, note string) *life {
	l := c.life(ev.Container, ev.Lineage)
	state := stateOf[ev.Kind]
	l.machine = cmp.Or(ev.Machine, l.machine)
	c.states.put(change{at: ev.Time, id: ev.Container, lineage: ev.Lineage, state: state, note: note})
	switch ev.Kind {
	case supervisor.ContainerStarted:
		l.started, l.release = ev.Time, release
	case supervisor.ContainerReady:
		l.ready = ev.Time
	case supervisor.ExitFailed:
		return l // it goes on to stop
	default:
		c.end(l, ev.Time, state)
		return l
	}
	l.state = state
	return l
}

// end moves a container to those that have ended.
func (c *crew) end(l *life, at time.Time, state string) {
	l.state = state
	if !l.ended.IsZero() {
		return // abandoned, and then it did end
	}
	l.ended = at
	if c.ended.full() {
		old := c.ended.oldest()
		c.silence(old)
		delete(c.lives, old.id)
	}
	c.ended.put(l)
}

// crashed takes in a crash.
func (c *crew) crashed(l *life, crash *Crash) {
	c.told++
	c.crashes.put(crash)
	l.crash = crash
	if l.struck != nil {
		crash.blame(*l.struck)
		l.struck = nil
	}
}

// lastCrash is the latest one, nil if there is none.
func (c *crew) lastCrash() *Crash {
	if last := c.crashes.newest(); last != nil {
		return *last
	}
	return nil
}

// strike takes in that an input was in a crash, which may be told of before or after that.
func (c *crew) strike(id int, s strike) {
	switch l := c.lives[id]; {
	case l == nil:
	case l.crash != nil:
		c.blame(l, s)
	default:
		l.struck = &s
	}
}

// blame names the input in the crash of l. Crashes have been handed out: they are not changed.
func (c *crew) blame(l *life, s strike) {
	named := *l.crash
	named.blame(s)
	for i, known := range c.crashes.items {
		if known == l.crash {
			c.crashes.items[i] = &named
			break
		}
	}
	l.crash = &named
}

func (crash *Crash) blame(s strike) {
	crash.Run = s.run
	if crash.Input == s.input {
		crash.Described = s.described
	}
}

// finished counts inputs of a container.
func (c *crew) finished(ev *supervisor.Event) {
	if l := c.lives[ev.Container]; l != nil {
		l.finished += int64(ev.Count)
	}
}

// settle ends the containers that do not live any more though their end was not told of, for
// that was lost. Their start must lie before a moment at which they were seen not to live.
func (c *crew) settle(alive map[int]bool, before time.Time) {
	for id, l := range c.lives {
		if l.ended.IsZero() && !alive[id] && l.started.Before(before) {
			c.end(l, before, "stopped")
		}
	}
}
