package supervisor

import (
	"errors"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
)

// Evidence is what the owner of the work knows of a crash that the pool does not: what the container was executing. The
// zero value is a crash on inputs that says nothing of the pool. For a crash at start-up none is needed.
type Evidence struct {
	Idle    bool      // nothing was executing: it counts as a crash at start-up
	Fresh   bool      // no executing input was in a crash before
	Begun   time.Time // when the attempt, chunk or batch was begun; zero if unknown: with the container, then
	InReach bool      // a fresh input may be begun now
}

// ErrFatalStart marks the error of a start that no further start can mend: the
// executable is missing, the versions do not match, the function is unknown. A
// runtime wraps it; an ephemeral pool gives up at the first. It counts only for the start of a container of the pool: in
// a panic, or below a [*CrashError] or [*CutoffError] of something nested, it is an error like any other.
var ErrFatalStart = errors.New("supervisor: no start can succeed")

// ErrLost marks the end of a container that went with its machine, or with the link to it. A runtime wraps it in a
// [*CrashError]. It is no crash for any rule: it is counted apart, and the container is replaced at once. One that was lost
// before it got ready waits as after a crash at start-up, or a link that is down would be tried in a hot loop.
// Its Input is the first of those that were out, of which [InputRerun] tells. All that were out run again at no charge; where they may begin once only, each of them fails, since nobody
// knows which have begun.
var ErrLost = errors.New("supervisor: machine or link lost")

// death is a crash with all there is to know about it.
type death struct {
	crash    *CrashError
	at       time.Time // when it happened: what has begun since is another piece of evidence
	evidence Evidence
	starting bool // no input was executing
	fatal    bool
	epoch    uint32 // of the alarm that it raised
}

// examine tells the owner of the work of a crash and gathers what the rules ask, if it counts for them. It runs where
// the crash does: whatever the user's errors do, they do it here and not on the goroutine that owns the pool.
func (s *Supervisor) examine(c *Container, crash *CrashError, counts bool) death {
	starting := !c.ready.Load()
	if crash.Phase == "" {
		crash.Phase = c.phase()
	}
	if at := c.Machine(); at != "" && crash.Machine == "" { // else nothing is written: observers may have it already
		crash.Machine = at
	}
	returned := crash.Panic == nil && crash.Err != nil
	if lost := returned && marked(crash.Err, ErrLost); lost != crash.Lost {
		crash.Lost = lost
	}
	d := death{crash: crash, at: time.Now(), evidence: s.cfg.Crashed(c, crash)}
	d.starting = starting || d.evidence.Idle
	if !counts {
		return d
	}
	d.fatal = returned && starting && !crash.Lost && marked(crash.Err, ErrFatalStart)
	if d.evidence.Begun.IsZero() {
		d.evidence.Begun = c.started
	}
	if d.evidence.Fresh = d.evidence.Fresh && !d.starting && !crash.Lost; d.evidence.Fresh {
		d.epoch = s.raise()
	}
	return d
}

// marked reports whether err is the mark or wraps it, not counting what is nested in another crash or cutoff.
func marked(err, mark error) bool {
	return guard.Wraps(err, mark, func(err error) bool {
		_, crash := err.(*CrashError) // a CutoffError unwraps to one
		return crash
	})
}
