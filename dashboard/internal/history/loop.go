package history

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// loop is what a crash loop began with.
type loop struct {
	on   bool
	base int       // crashes of the pool before it
	told time.Time // when an event last said whether it is on
}

// opened takes in that a crash loop has begun, after so many crashes; the last of them is the
// one that began it.
func (l *loop) opened(crashes int, at time.Time) {
	l.told = at
	if !l.on {
		l.on, l.base = true, max(crashes-1, 0)
	}
}

func (l *loop) closed(at time.Time) { *l = loop{told: at} }

// seen takes in what the pool said of itself when it was asked, and a second before: events may
// be lost. An event that has come since knows better.
func (l *loop) seen(now, before supervisor.Snapshot, asked time.Time) {
	switch {
	case l.told.After(asked):
	case !now.CrashLooping:
		l.on = false
	case !l.on:
		l.on, l.base = true, before.Crashes
	}
}

// loopOf is the crash loop of the containers in pool, nil if there is none.
func loopOf(l loop, pool supervisor.Snapshot, crashes policy.Crashes, last *Crash, now time.Time) *Loop {
	if !pool.CrashLooping {
		return nil
	}
	if last == nil && pool.Last != nil {
		last = crashOf(pool.Last)
	}
	return &Loop{
		Since: pool.CrashLoopSince, Crashes: max(pool.Crashes-l.base, 1), Last: last,
		OfInputs: pool.CrashLoopOfInputs, Inputs: pool.Inputs, Rule: ruleOf(pool),
		Next: pool.NextStart, Gate: pool.Gate, Policy: plan(pool, crashes, now),
	}
}

// crashOf is a crash that no event has told of.
func crashOf(err *supervisor.CrashError) *Crash {
	return &Crash{Container: err.Container, Lineage: -1, Input: err.Input, Error: wholeErrorOf(err)}
}

// short is d as people say it, rounded up to seconds from one second on.
func short(d time.Duration) string {
	if d > 0 && d < time.Second {
		return fmt.Sprintf("%d ms", max(d.Milliseconds(), 1))
	}
	s := int((d + time.Second - 1) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600 && s%60 == 0:
		return fmt.Sprintf("%d min", s/60)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	case s%3600/60 == 0:
		return fmt.Sprintf("%d h", s/3600)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	}
}
