package mapper

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// callQueue is the source and the sink of a function's calls: they wait here for a container,
// and their results go to their callers.
type callQueue struct {
	run     *engine.Run
	limit   int
	queued  atomic.Int64 // calls that wait here
	pending atomic.Int64 // calls that are accepted and hold a place
	drained func()       // is told when nothing is pending
	refused func() error // is why a call is, after close
	full    atomic.Int64 // calls that found it full

	succeeded, failed atomic.Int64 // calls
	cancelled         atomic.Int64 // calls that failed because of their callers, or of the end

	mu          sync.Mutex
	first, last *chunk.Task
	next        int // index of the next call
	closed      bool
	line        line // of calls that wait for a place
}

// submission is how a call comes into the queue: submit or await.
type submission func(*callQueue, context.Context, *chunk.Task) error

// submit accepts a call if there is a place for it, once those that wait for one have theirs.
func (q *callQueue) submit(_ context.Context, t *chunk.Task) error {
	q.mu.Lock()
	called := q.callUp()
	accepted := !q.closed && q.hasPlace()
	if accepted {
		q.accept(t)
	}
	closed := q.closed
	q.mu.Unlock()
	if called || accepted {
		q.run.Wake()
	}
	switch {
	case accepted:
		return nil
	case closed:
		return q.refused()
	}
	q.full.Add(1)
	return &QueueFullError{Outstanding: q.limit}
}

func (q *callQueue) hasPlace() bool { return q.pending.Load() < int64(q.limit) }

// accept gives a call its place. The caller holds the lock.
func (q *callQueue) accept(t *chunk.Task) {
	t.Index = q.next
	q.next++
	q.pending.Add(1)
	q.append(t)
}

func (q *callQueue) append(t *chunk.Task) {
	if t.Prev = q.last; q.last == nil {
		q.first = t
	} else {
		q.last.Next = t
	}
	q.last = t
	q.queued.Add(1)
}

// unlink takes a call out of the queue. The caller holds the lock.
func (q *callQueue) unlink(t *chunk.Task) {
	if t.Prev == nil {
		q.first = t.Next
	} else {
		t.Prev.Next = t.Next
	}
	if t.Next == nil {
		q.last = t.Prev
	} else {
		t.Next.Prev = t.Prev
	}
	t.Prev, t.Next = nil, nil
	q.queued.Add(-1)
}

// withdraw takes back a call that nobody wants the result of, wherever it is.
func (q *callQueue) withdraw(t *chunk.Task) {
	q.mu.Lock()
	waits := t.Prev != nil || q.first == t
	if waits {
		q.unlink(t)
	}
	q.mu.Unlock()
	if !waits {
		q.run.Withdraw(t)
		return
	}
	t.Err = t.Call.Err()
	q.run.TellCancelled(t)
	q.settle(t, nil, t.Err)
}

// close accepts no calls any more.
func (q *callQueue) close() {
	q.mu.Lock()
	q.closed = true
	refused := q.line.leave()
	q.mu.Unlock()
	for _, w := range refused {
		w.called <- q.refused()
	}
	q.run.Wake() // a batch need not wait any longer
}

// abort settles the calls that still wait, since the function has ended.
func (q *callQueue) abort() {
	q.close()
	for {
		q.mu.Lock()
		t := q.first
		if t != nil {
			q.unlink(t)
		}
		q.mu.Unlock()
		if t == nil {
			return
		}
		q.settle(t, nil, q.run.Cause())
	}
}

// settle gives up a call's place and says what became of it, in this order: a caller who
// has the result may call again at once.
func (q *callQueue) settle(t *chunk.Task, p chunk.Payload, err error) {
	switch {
	case t.Withdrawn() || (err != nil && q.run.Over()):
		q.cancelled.Add(1)
	case err == nil:
		q.succeeded.Add(1)
	default:
		q.failed.Add(1)
	}
	left := q.pending.Add(-1)
	t.Call.Settle(p, err, t.Attempts)
	t.In = nil // the handle may live long
	if q.line.length.Load() > 0 {
		q.left()
	}
	if left == 0 {
		q.drained()
	}
}

// Put implements [chunk.Sink]: it hands a result to its caller.
func (q *callQueue) Put(ch *chunk.Chunk) bool {
	t := ch.Task
	if t.Err == nil && t.Withdrawn() { // its caller is gone
		t.Err = t.Call.Err()
		q.run.TellCancelled(t)
	}
	q.settle(t, ch.Payload, t.Err)
	q.run.Free().Put(ch)
	return false
}

// Claim implements [intake.Source].
func (q *callQueue) Claim(ch *chunk.Chunk, _ int, _ bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.first
	if t == nil {
		return false
	}
	q.unlink(t)
	ch.SetTask(t)
	return true
}

// ClaimAt implements [intake.Source]: it takes the newest call. What has waited for long was
// there when others crashed.
func (q *callQueue) ClaimAt(_, ch *chunk.Chunk, _ int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.last
	if t == nil {
		return false
	}
	q.unlink(t)
	ch.SetTask(t)
	return true
}

// Waiting implements [intake.Source].
func (q *callQueue) Waiting() int { return int(q.queued.Load()) }

// Ended implements [intake.Source].
func (q *callQueue) Ended() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// Taken implements [intake.Source].
func (q *callQueue) Taken() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next - int(q.queued.Load())
}

// Total implements [intake.Source].
func (q *callQueue) Total() int { return math.MaxInt }

// accepted is how many calls there have been.
func (q *callQueue) accepted() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next
}

// tally is the calls that are settled.
func (q *callQueue) tally() tally {
	return tally{int(q.succeeded.Load()), int(q.failed.Load()), int(q.cancelled.Load())}
}

// unlimited is the window of a run whose results do not wait.
const unlimited = math.MaxInt
