package mapper

import (
	"context"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// Call is the handle to one input of a deployed function, made by [Function.Spawn]. The
// result stays with the handle: it may be asked for any number of times. Its methods are safe for
// concurrent use.
type Call[Out any] struct {
	ctx     context.Context // of the caller
	home    withdrawer
	attempt atomic.Pointer[attempt.Contexts] // the one that executes now
	unwatch atomic.Pointer[func() bool]      // stops looking at ctx

	ending   atomic.Bool
	done     chan struct{}
	value    Out
	err      error
	attempts int // begun, by the time it was settled
}

// withdrawer is where a call came from, which is told when nobody wants its result.
type withdrawer interface{ withdraw() }

// Done is closed when the call is settled.
func (c *Call[Out]) Done() <-chan struct{} { return c.done }

// Get waits for the result: the value, or why the call failed for good, as Result.Err has it.
// If ctx ends first, Get returns context.Cause(ctx) and the call goes on.
func (c *Call[Out]) Get(ctx context.Context) (Out, error) {
	if !c.settled() {
		select {
		case <-c.done:
		case <-ctx.Done():
			var none Out
			return none, context.Cause(ctx)
		}
	}
	return c.value, c.err
}

// Poll is Get without waiting: [ErrPending] while the call is not settled.
func (c *Call[Out]) Poll() (Out, error) {
	if c.settled() {
		return c.value, c.err
	}
	var none Out
	return none, ErrPending
}

// Cancel ends the call, unless it is settled. The call fails with [ErrCancelled] and is not
// retried, and an attempt that executes is cancelled with that cause. The container lives on
// if the attempt heeds that within Grace. Otherwise the container is replaced, and what else
// it executes runs elsewhere. Cancel does not wait.
func (c *Call[Out]) Cancel() { c.end(ErrCancelled) }

// end settles the call for a reason that lies with its caller.
func (c *Call[Out]) end(cause error) {
	var none Out
	if !c.settle(none, cause, 0) {
		return
	}
	if executing := c.attempt.Load(); executing != nil {
		executing.Cancel(cause)
	}
	c.home.withdraw()
}

// settle decides the call's fate, once, and reports whether this was it.
func (c *Call[Out]) settle(value Out, err error, attempts int) bool {
	if !c.ending.CompareAndSwap(false, true) {
		return false
	}
	c.value, c.err, c.attempts = value, err, attempts
	close(c.done)
	if stop := c.unwatch.Load(); stop != nil {
		(*stop)()
	}
	return true
}

// settled reports that the call's fate is decided. A nil call is an input of a run.
func (c *Call[Out]) settled() bool {
	if c == nil {
		return false
	}
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// ticket is a call with its input, on its way through the run of a function's calls.
type ticket[In, Out any] struct {
	Call[Out]
	task  chunk.Task
	queue *callQueue
	in    In
	// through is told when the call is settled and nothing of it executes; nil: nobody is.
	through func(*Call[Out])
}

func (t *ticket[In, Out]) withdraw() { t.queue.withdraw(&t.task) }

// newTicket is a call that is not submitted yet.
func newTicket[In, Out any](ctx context.Context, q *callQueue, in In) *ticket[In, Out] {
	t := &ticket[In, Out]{in: in}
	t.ctx, t.home, t.queue, t.done = ctx, t, q, make(chan struct{})
	t.task.In, t.task.Call = &t.in, t
	return t
}

// watch has the end of its context end the call.
func (t *ticket[In, Out]) watch() {
	if t.ctx.Done() == nil {
		return
	}
	stop := context.AfterFunc(t.ctx, func() { t.end(context.Cause(t.ctx)) })
	t.unwatch.Store(&stop)
	if t.settled() {
		stop()
	}
}

// Settled implements [chunk.Caller].
func (t *ticket[In, Out]) Settled() bool { return t.settled() }

// Err implements [chunk.Caller].
func (t *ticket[In, Out]) Err() error { return t.err }

// Context implements [chunk.Caller].
func (t *ticket[In, Out]) Context() context.Context { return t.ctx }

// End implements [chunk.Caller].
func (t *ticket[In, Out]) End(cause error) { t.end(cause) }

// Attempted implements [chunk.Caller].
func (t *ticket[In, Out]) Attempted(executing *attempt.Contexts) {
	t.attempt.Store(executing)
	if t.settled() {
		executing.Cancel(t.err)
	}
}

// Settle implements [chunk.Caller]. The handle may live long, and lets go of its input.
func (t *ticket[In, Out]) Settle(p chunk.Payload, err error, attempts int) {
	var value Out
	if err == nil {
		value = p.(*typed.Payload[In, Out]).Out[0]
	}
	t.settle(value, err, attempts)
	t.attempt.Store(nil)
	var none In
	t.in = none
	if t.through != nil {
		<-t.done // whoever ends the call in this moment has not got so far
		t.through(&t.Call)
	}
}
