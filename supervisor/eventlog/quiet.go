package eventlog

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// key is what counts as the same line. A function is known by its name, not its number: a
// program may start thousands of runs of one name.
type key struct {
	kind     supervisor.Kind
	function string
	cause    string
}

// quiet holds back lines that say again what another has said.
type quiet struct {
	interval time.Duration // negative holds nothing back
	said     map[key]*said
	lost     int // lines held back under keys that are forgotten
}

// said is when a line was last logged.
type said struct {
	at         time.Time
	wait       time.Duration // until the next
	suppressed int           // since
}

// keys is how many lines are told apart. Whatever comes on top shares one line for each kind:
// a thousand causes in ten seconds are a flood as well.
const keys = 100

// others is no function's name.
const others = "\x00"

// ask says whether the line with that key may be logged now.
func (q *quiet) ask(k key, now time.Time, loop *loop) turn {
	if q.interval < 0 {
		return turn{now: true, first: true}
	}
	s := q.find(k, now)
	if loop.calm(now, s.wait) {
		s.wait = q.interval
	}
	first := s.at.IsZero()
	if !first && now.Sub(s.at) < s.wait {
		s.suppressed++
		return turn{}
	}
	t := turn{now: true, first: first, suppressed: s.suppressed}
	s.at, s.suppressed = now, 0
	if loop.open {
		s.wait = min(2*s.wait, max(longestInterval, q.interval))
	}
	return t
}

func (q *quiet) find(k key, now time.Time) *said {
	if s := q.said[k]; s != nil {
		return s
	}
	if len(q.said) >= keys {
		q.forget(now)
	}
	if len(q.said) >= keys {
		k = key{kind: k.kind, function: others}
		if s := q.said[k]; s != nil {
			return s
		}
	}
	if q.said == nil {
		q.said = map[key]*said{}
	}
	s := &said{wait: q.interval}
	q.said[k] = s
	return s
}

// forget drops the keys that would not hold anything back now.
func (q *quiet) forget(now time.Time) {
	for k, s := range q.said {
		if now.Sub(s.at) >= s.wait {
			q.lost += s.suppressed
			delete(q.said, k)
		}
	}
}

// drain is how many lines of the function are held back and were not told of. It is told at
// the end of a run, since there may be no other line.
func (q *quiet) drain(function string) int {
	n := q.lost
	q.lost = 0
	for k, s := range q.said {
		if k.function == function {
			n += s.suppressed
			s.suppressed = 0
		}
	}
	return n
}

// loops is the pools that crash-loop, or have, by their number.
type loops map[uint64]*loop

// loop is the crash loop of a pool. A function that falls into one again and again is told of ever less, too:
// the interval shrinks only when there was no loop for as long as the interval is.
type loop struct {
	open   bool
	told   bool      // that it is open
	closed time.Time // zero before the first
}

func (l *loop) calm(now time.Time, wait time.Duration) bool {
	return !l.open && now.Sub(l.closed) >= wait
}

// follow keeps the state of the event's pool, and returns it.
func (all loops) follow(ev supervisor.Event) *loop {
	l := all[ev.Pool]
	if l == nil {
		if ev.Kind != supervisor.CrashLoopOpened {
			return &loop{told: true}
		}
		l = &loop{}
		all[ev.Pool] = l
	}
	switch ev.Kind {
	case supervisor.CrashLoopOpened:
		l.open = true
	case supervisor.CrashLoopClosed:
		l.open, l.closed = false, ev.Time
	case supervisor.FunctionStopped:
		delete(all, ev.Pool)
	}
	return l
}
