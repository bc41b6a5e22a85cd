package history

import (
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// The outcomes of an attempt.
const (
	succeeded = "succeeded"
	failed    = "failed"
	retrying  = "retrying" // it failed, and there is another
	rerun     = "rerun"    // it was broken off, and nobody is to blame
	crashed   = "crashed"
	timeout   = "timeout"
)

// maxAttempts is how many ended attempts of a run are kept, all containers together, and
// endedAttempts how many of them after its end.
const (
	maxAttempts   = 10_000
	endedAttempts = 1000
)

// attempt is the end of one, or of several that were told of together. What went wrong is
// kept with the input.
type attempt struct {
	run           uint64
	input         int
	count, failed int32
	number        int32
	container     int
	ended         time.Time
	took          time.Duration
}

// attempted takes in an AttemptsEnded of r's own inputs, or of a run on the function r.
func (r *record) attempted(ev *supervisor.Event) {
	input := -1
	r.mu.Lock()
	defer r.mu.Unlock()
	if ev.Run == r.id {
		input = ev.Input
		r.inputs.attempted(ev)
	}
	r.times.add(ev.Took, ev.Count, input)
	r.attempts.put(attempt{
		run: ev.Run, input: ev.Input, count: int32(ev.Count), failed: int32(ev.Failed), number: int32(ev.Attempt),
		container: ev.Container, ended: ev.Time, took: ev.Took,
	})
	if ev.Pool == r.id {
		r.crew.finished(ev)
	}
	r.version.Add(1)
}

// attempted tells the inputs of the end of an attempt: those that are known.
func (t *troubles) attempted(ev *supervisor.Event) {
	if len(t.byIndex) == 0 || ev.Count > 1 && ev.Failed == 0 && ev.Attempt < 2 {
		return // the usual case: nothing went wrong
	}
	for i := ev.Input; i < ev.Input+ev.Count; i++ {
		switch it := t.get(i); {
		case it == nil:
		case ev.Count == 1:
			t.touch(i).ended(ev)
		case it.knows(ev.Attempt): // it is one of those that failed
			s := it.step(ev.Attempt)
			s.container, s.took = ev.Container, ev.Took
			it.container, it.took = ev.Container, ev.Took
		}
	}
}

// news is what an event about an input says, as much of it as can be made up before the lock
// is taken.
type news struct {
	finding
	outcome   string
	container int // -1: not known
	described string
	err       *supervisor.ErrorJSON
	broke     *supervisor.CrashError // the crash that it was in; nil for anything else
}

func (b *Book) news(ev *supervisor.Event) news {
	n := news{container: -1, described: b.say(ev.Value), err: errorOf(ev.Err)}
	n.time, n.input = ev.Time, ev.Input
	crash, isCrash := guard.As[*supervisor.CrashError](ev.Err)
	if isCrash && crash.Lost { // nobody is to blame
		isCrash, n.container = false, crash.Container
	}
	_, isTimeout := guard.As[*mapper.TimeoutError](ev.Err)
	switch {
	case ev.Kind == supervisor.InputRerun && !isCrash:
		n.outcome = rerun
	case ev.Kind == supervisor.InputCancelled:
		n.outcome = cancelled
	case isTimeout:
		n.outcome = timeout
	case isCrash:
		n.outcome, n.broke, n.container, n.crash = crashed, crash, crash.Container, true
	case ev.Kind == supervisor.InputFailed:
		n.outcome = failed
	default:
		n.outcome = retrying
	}
	if n.outcome != rerun && n.outcome != cancelled {
		n.cause, n.whole = b.memo.of(ev.Err, n.err), n.err
	}
	if n.broke != nil {
		n.whole = wholeErrorOf(ev.Err)
	}
	return n
}

// told takes in that an input is retried, is re-run or has failed, and reports whether it was in
// a crash.
func (r *record) told(ev *supervisor.Event, n news) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version.Add(1)
	it := r.inputs.touch(ev.Input)
	it.told(ev, n)
	switch {
	case n.outcome == rerun || n.outcome == cancelled:
		return false
	case n.broke == nil:
		r.causes.add(n.finding)
	case r.above != nil && n.broke.Container != r.lastCrash:
		r.causes.add(n.finding) // crashes of containers of its own are told of by themselves
		r.crashes++
		r.lastCrash = n.broke.Container
	case r.function:
		r.causes.sample(n.finding) // which input it was is only known here
	}
	if ev.Kind == supervisor.InputFailed {
		r.causes.failed(n.finding)
		if r.function && ev.Value != nil && r.view != nil {
			r.inputs.keep(it, ev.Value)
		}
	}
	return n.broke != nil
}
