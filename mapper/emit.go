package mapper

import (
	"runtime"
	"slices"
	"time"
)

// Result is what became of one input. With ReturnExceptions every input of a run gets
// exactly one. Without, nothing follows the first failure, and inputs before it that
// were slower may be missing.
type Result[In, Out any] struct {
	// Index of the input, from 0. A run that ended early for a reason that no result of
	// an input says (invalid Options; an iterator that panicked when all that it had
	// yielded was settled) says it in a last Result with Index -1.
	Index int
	Input In
	Value Out
	// Err is nil, or why the input failed for good: the function's own error, a
	// *TimeoutError, a *supervisor.CrashError, a *supervisor.CutoffError (which unwraps
	// to the last crash of the run: ask for it first), the cause of the end of the run's
	// context, ErrStopped, or a *SourceError.
	Err error
	// Attempts is the number of executions begun, retries and re-runs included.
	Attempts int
}

// emit yields every result of the run in its order, until the run is over and
// nothing of it is left. If the reader leaves before, by yield returning false, by a
// panic or by runtime.Goexit, the run is stopped and joined.
func (e *engine[In, Out]) emit(yield func(Result[In, Out]) bool) {
	defer e.join()
	defer e.stop() // nothing where the run is over
	for ch := e.await(); ch != nil; ch = e.await() {
		if !e.hand(ch, yield) {
			return
		}
	}
	if e.cause() != nil {
		e.emitEnd(yield)
	}
}

// emitEnd yields what a run that ended early leaves.
func (e *engine[In, Out]) emitEnd(yield func(Result[In, Out]) bool) {
	if rec := e.end.Load().failed; rec != nil {
		e.sweep()
		for ch := e.results.skip(rec.index); ch != nil; ch = e.results.skip(rec.index) {
			if !e.hand(ch, yield) {
				return
			}
		}
		yield(Result[In, Out]{Index: rec.index, Input: rec.in, Err: rec.err, Attempts: rec.attempts})
		return
	}
	e.join()
	e.abort()
	last := func(r Result[In, Out]) bool {
		return yield(r) && (r.Err == nil || e.opts.ReturnExceptions)
	}
	for ch := e.results.pop(); ch != nil; ch = e.results.pop() {
		if !e.hand(ch, last) {
			return
		}
	}
	if e.emitUntaken(last) && !e.said {
		yield(Result[In, Out]{Index: -1, Err: e.cause()})
	}
}

// emitUntaken yields the caller's inputs that were never taken.
func (e *engine[In, Out]) emitUntaken(yield func(Result[In, Out]) bool) bool {
	s, ok := e.src.(*slice[In, Out])
	if !ok {
		return true
	}
	for i := s.taken(); i < len(s.in); i++ {
		e.said = true
		if !yield(Result[In, Out]{Index: i, Input: s.in[i], Err: e.cause()}) {
			return false
		}
	}
	return true
}

// abort settles every taken input that the joined run left unsettled with the cause.
func (e *engine[In, Out]) abort() {
	recs, chunks := e.todo.unsettled()
	for _, ch := range chunks {
		for i, in := range ch.in {
			recs = append(recs, &record[In, Out]{index: ch.lo + i, in: in})
		}
	}
	slices.SortFunc(recs, func(a, b *record[In, Out]) int { return a.index - b.index })
	for _, rec := range recs {
		e.abortOne(rec)
	}
	if f := e.feed; f != nil {
		f.rest(func(i int, in In) { e.abortOne(&record[In, Out]{index: i, in: in}) })
	}
}

func (e *engine[In, Out]) abortOne(rec *record[In, Out]) {
	rec.err, rec.ended = e.cause(), true
	e.cancelled.Add(1)
	e.failed.Add(1)
	e.out.put(e.failure(rec))
}

// hand yields the results of a chunk and recycles it.
func (e *engine[In, Out]) hand(ch *chunk[In, Out], yield func(Result[In, Out]) bool) bool {
	r := Result[In, Out]{Attempts: 1}
	if ch.rec != nil {
		r.Err, r.Attempts = ch.rec.err, ch.rec.attempts
		e.said = e.said || ch.rec.ended
	}
	n := len(ch.out)
	for i := range n {
		r.Index, r.Input, r.Value = ch.lo+i, ch.in[i], ch.out[i]
		if !yield(r) {
			return false
		}
	}
	e.depot.put(ch)
	e.window.delivered.Add(int64(n))
	e.refill(min(e.window.size/2, e.window.size-e.opts.Containers))
	return true
}

// refill wakes those who wait for room in the window, once there is at least so much.
func (e *engine[In, Out]) refill(room int) {
	free := e.window.limit() - e.src.taken()
	if free < max(room, 1) {
		return
	}
	if e.feed != nil {
		e.feed.space.wake()
	} else {
		e.p.lot.nudge()
	}
}

// await returns the next chunk to deliver, nil once the run is over and nothing more
// will come in turn. An emitter that has nothing to do first makes sure that nobody
// waits for it. If no news comes for a while, it takes what is finished out of the
// containers' hands: a chunk is the work of that while, so that they must have met
// something slow. (To do so at once would keep it busy with crumbs.)
func (e *engine[In, Out]) await() *chunk[In, Out] {
	patience := minPatience
	var idle time.Duration
	for turn := 0; ; turn++ {
		if ch := e.results.pop(); ch != nil {
			return ch
		}
		switch {
		case e.end.Load() != nil:
			return e.lastWord()
		case turn == 0:
			idle = e.now()
			fallthrough
		case turn < spins:
			runtime.Gosched()
			continue
		}
		e.refill(1)
		switch {
		case e.wide.Load() == 0:
			e.reader.sleep(e.hasNews, nil)
		case e.now() == idle && e.sweep(): // a synctest bubble takes no time at all
		default:
			e.reader.sleep(e.hasNews, e.alarm(patience))
			if !e.hasNews() {
				e.sweep()
				patience = min(2*patience, maxPatience)
			}
		}
	}
}

// alarm is the emitter's own timer, set to d.
func (e *engine[In, Out]) alarm(d time.Duration) <-chan time.Time {
	if e.timer == nil {
		e.timer = time.NewTimer(d)
	} else {
		e.timer.Reset(d)
	}
	return e.timer.C
}

// How long a finished result may stay in a container's hands because the next input
// of its chunk, against all experience, is slow.
const (
	minPatience = 100 * time.Microsecond
	maxPatience = 10 * time.Millisecond
)

// lastWord is what await returns when the run is over: everything is settled, so the
// next chunk is there if there is one; or the run ended early.
func (e *engine[In, Out]) lastWord() *chunk[In, Out] {
	if e.cause() == nil {
		return e.results.pop()
	}
	return nil
}

// hasNews reports that a sleeping emitter has something to do.
func (e *engine[In, Out]) hasNews() bool { return e.results.waiting() || e.end.Load() != nil }

// sweep publishes the finished part of every chunk in hand, and reports whether
// there was any.
func (e *engine[In, Out]) sweep() bool {
	found := false
	for h := range e.p.hosts {
		for _, w := range h.slots {
			found = w.front(e) || found
		}
	}
	return found
}
