package mapper

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/supervisor"
)

// desk is the source and the outlet of a function's calls: they wait here for a
// container, and their results go to their callers.
type desk[In, Out any] struct {
	e       *engine[In, Out]
	limit   int
	queued  atomic.Int64 // calls that wait here
	pending atomic.Int64 // calls that are accepted and hold a place
	drained func()       // is told when nothing is pending

	succeeded, failed atomic.Int64 // calls
	cancelled         atomic.Int64 // calls that failed because of their callers, or of the end

	mu          sync.Mutex
	first, last *record[In, Out]
	next        int // index of the next call
	closed      bool
}

// submit accepts a call.
func (d *desk[In, Out]) submit(ctx context.Context, in In) (*ticket[In, Out], error) {
	t := &ticket[In, Out]{desk: d}
	t.ctx, t.home, t.done = ctx, t, make(chan struct{})
	t.rec.in, t.rec.call = in, &t.Call
	d.mu.Lock()
	switch {
	case d.closed:
		d.mu.Unlock()
		return nil, d.e.p.ending()
	case d.pending.Load() >= int64(d.limit):
		d.mu.Unlock()
		return nil, &QueueFullError{Outstanding: d.limit}
	}
	t.rec.index = d.next
	d.next++
	d.pending.Add(1)
	d.append(&t.rec)
	d.mu.Unlock()
	d.e.wake()
	return t, nil
}

func (d *desk[In, Out]) append(rec *record[In, Out]) {
	if rec.prev = d.last; d.last == nil {
		d.first = rec
	} else {
		d.last.next = rec
	}
	d.last = rec
	d.queued.Add(1)
}

// unlink takes a record out of the queue. The caller holds the lock.
func (d *desk[In, Out]) unlink(rec *record[In, Out]) {
	if rec.prev == nil {
		d.first = rec.next
	} else {
		rec.prev.next = rec.next
	}
	if rec.next == nil {
		d.last = rec.prev
	} else {
		rec.next.prev = rec.prev
	}
	rec.prev, rec.next = nil, nil
	d.queued.Add(-1)
}

// remove takes a cancelled call out of the queue, if it still waits there.
func (d *desk[In, Out]) remove(rec *record[In, Out]) bool {
	d.mu.Lock()
	waits := rec.prev != nil || d.first == rec
	if waits {
		d.unlink(rec)
	}
	d.mu.Unlock()
	if waits {
		rec.err = rec.call.err
		d.e.emitInput(supervisor.InputCancelled, rec, 0)
		d.fail(rec, rec.err)
	}
	return waits
}

// close accepts no calls any more.
func (d *desk[In, Out]) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.e.wake() // a batch need not wait any longer
}

// abort settles the calls that still wait, since the function has ended.
func (d *desk[In, Out]) abort() {
	d.close()
	for {
		d.mu.Lock()
		rec := d.first
		if rec != nil {
			d.unlink(rec)
		}
		d.mu.Unlock()
		if rec == nil {
			return
		}
		d.fail(rec, d.e.cause())
	}
}

// settle gives up a call's place and says what became of it, in this order: a caller who
// has the result may call again at once.
func (d *desk[In, Out]) settle(rec *record[In, Out], value Out, err error) {
	switch {
	case rec.call.settled() || (err != nil && d.e.over.Load()):
		d.cancelled.Add(1)
	case err == nil:
		d.succeeded.Add(1)
	default:
		d.failed.Add(1)
	}
	left := d.pending.Add(-1)
	rec.call.settle(value, err, rec.attempts)
	rec.call.attempt.Store(nil) // the handle may live long
	var none In
	rec.in = none
	if left == 0 {
		d.drained()
	}
}

func (d *desk[In, Out]) fail(rec *record[In, Out], err error) {
	var none Out
	d.settle(rec, none, err)
}

func (d *desk[In, Out]) claim(ch *chunk[In, Out], _ int, _ bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	rec := d.first
	if rec == nil {
		return false
	}
	d.unlink(rec)
	ch.holdRecord(rec)
	return true
}

func (d *desk[In, Out]) waiting() int { return int(d.queued.Load()) }

func (d *desk[In, Out]) ended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

func (d *desk[In, Out]) taken() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.next - int(d.queued.Load())
}

// accepted is how many calls there have been.
func (d *desk[In, Out]) accepted() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.next
}

func (d *desk[In, Out]) total() int { return math.MaxInt }

// put hands a result to its caller.
func (d *desk[In, Out]) put(ch *chunk[In, Out]) bool {
	var value Out
	if ch.rec.err == nil {
		value = ch.out[0]
		if ch.rec.call.settled() { // its caller is gone
			ch.rec.err = ch.rec.call.err
			d.e.emitInput(supervisor.InputCancelled, ch.rec, 0)
		}
	}
	d.settle(ch.rec, value, ch.rec.err)
	d.e.depot.put(ch)
	return false
}

// QueueFullError says that a deployed function has accepted as many calls as it may, which
// are not settled yet. errors.Is(err, [ErrQueueFull]) holds.
type QueueFullError struct {
	Outstanding int
}

// Error says how many.
func (e *QueueFullError) Error() string {
	return fmt.Sprintf("%v: %d calls", ErrQueueFull, e.Outstanding)
}

// Is reports the class of the error.
func (e *QueueFullError) Is(target error) bool { return target == ErrQueueFull }
