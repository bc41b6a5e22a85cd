package supervisor

import (
	"sync/atomic"
	"time"
)

// Container is one life of a container: from a start to the end of it. Its
// successor after a crash is another Container of the same lineage.
//
// Its methods are safe for concurrent use and never block for long: some send a message
// to the goroutine that owns the pool, which never waits for anybody.
type Container struct {
	id      int
	lineage int
	started time.Time
	pool    *Supervisor

	machine atomic.Pointer[string] // nil: this one
	fate    atomic.Uint32          // of the bits below; how it ended is decided once
	busy    atomic.Bool
	ready   atomic.Bool
	watched bool // the supervisor waits for its first finished input

	_        [40]byte // finished is written by the container, read by the supervisor
	finished atomic.Int64
}

// What is asked of a container, and stays when it has ended, and then how it has ended.
const (
	retiring uint32 = 1 << iota // asked to end in order
	halted                      // takes nothing more
	exiting                     // has nothing more to do but what its end takes
	disowned                    // whatever it still does is nobody's business
	gone                        // its goroutine has ended or is about to
	lost                        // abandoned: its goroutine may go on, but nobody listens
	stuck                       // lost, and its crash is reported: by Fail

	requests = retiring | halted | exiting | disowned
)

// ID numbers the containers of a pool from 0 in the order of their starts.
func (c *Container) ID() int { return c.id }

// Lineage is the slot in the pool that the container fills, from 0.
func (c *Container) Lineage() int { return c.lineage }

// Started is when the container was started.
func (c *Container) Started() time.Time { return c.started }

// Locate says on which machine the container is.
func (c *Container) Locate(machine string) { c.machine.Store(&machine) }

// Machine is where it is; empty: on this one, or not known yet.
func (c *Container) Machine() string {
	if at := c.machine.Load(); at != nil {
		return *at
	}
	return ""
}

// Ready reports that the start is over: what goes wrong from here on is no longer
// a crash at start-up. Plain containers are born ready.
func (c *Container) Ready() {
	if c.ready.CompareAndSwap(false, true) {
		c.pool.tell(message{kind: readied, container: c})
	}
}

// Finished adds n inputs to those that the container has brought to an end, with
// a value or with an error of the function. It is progress: it ends a streak of crashes at once, and the pool is told if
// somebody waits for that.
func (c *Container) Finished(n int) {
	if n <= 0 {
		return
	}
	news := c.finished.Add(int64(n)) == int64(n) && c.watched
	if c.pool.Alarm().Crashed() {
		news = c.pool.end() || news
	}
	if news {
		c.pool.tell(message{kind: progressed, container: c})
	}
}

// IsReady reports that the start is over.
func (c *Container) IsReady() bool { return c.ready.Load() }

// Halt says that the container takes nothing more, whether or not it is replaced, and
// reports whether it did until now.
func (c *Container) Halt() bool { return c.note(halted) }

// Halted reports it.
func (c *Container) Halted() bool { return c.fate.Load()&halted != 0 }

// Exit says that the container has nothing more to do but what its end takes, and reports
// whether that is news: its end is for whoever is first.
func (c *Container) Exit() bool { return c.note(exiting) }

// Exiting reports it.
func (c *Container) Exiting() bool { return c.fate.Load()&exiting != 0 }

// Disown says that whatever the container still does is nobody's business: it is about to be
// abandoned, or to fail.
func (c *Container) Disown() { c.note(disowned) }

// Disowned reports it.
func (c *Container) Disowned() bool { return c.fate.Load()&disowned != 0 }

func (c *Container) note(bit uint32) (news bool) { return c.fate.Or(bit)&bit == 0 }

// Busy says whether the container executes inputs or waits for some.
func (c *Container) Busy(yes bool) { c.busy.Store(yes) }

// Alarm is what the crashes of the pool mean now; see [Supervisor.Alarm].
func (c *Container) Alarm() Alarm { return c.pool.Alarm() }

// Others is how many other lineages have a container, or await one.
func (c *Container) Others() int { return max(c.pool.Filled()-1, 0) }

// Abandon gives the container up: it is counted, replaced, and no longer waited
// for. It reports false if the container has ended by itself. No crash is counted:
// whoever abandons a container has asked for its end.
func (c *Container) Abandon() bool {
	if !c.giveUp(lost) {
		return false
	}
	c.pool.tell(message{kind: abandoned, container: c})
	return true
}

// giveUp decides that the container is lost, unless its end is decided already.
func (c *Container) giveUp(as uint32) bool {
	// Counted before: once it is decided, the end of the goroutine counts down.
	c.pool.lingering.Add(1)
	won := c.decide(as)
	if !won {
		c.pool.lingering.Add(-1)
	}
	return won
}

// decide says how the container ends. It reports false if that is decided already.
func (c *Container) decide(end uint32) bool {
	for {
		fate := c.fate.Load()
		if fate&^requests != 0 {
			return false
		}
		if c.fate.CompareAndSwap(fate, fate|end) {
			return true
		}
	}
}

// living reports that the container's end is not decided yet.
func (c *Container) living() bool { return c.fate.Load()&^requests == 0 }

// retired reports that the container was asked to end in order, before it ended.
func (c *Container) retired() bool { return c.fate.Load()&retiring != 0 }

// phase is where a crash finds the container, unless its owner knows better.
func (c *Container) phase() Phase {
	if c.ready.Load() {
		return PhaseIdle
	}
	return PhaseStart
}

func (c *Container) state() State {
	switch {
	case c.pool.ctx.Err() != nil || c.fate.Load()&(retiring|exiting) != 0:
		return Stopping
	case !c.ready.Load():
		return Starting
	case c.busy.Load():
		return Running
	default:
		return Idle
	}
}
