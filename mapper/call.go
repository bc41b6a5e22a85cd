package mapper

import (
	"context"
	"sync/atomic"
	"time"
)

// Call is the handle to one input of a deployed function, made by [Function.Spawn]. The
// result stays with the handle: it may be asked for any number of times. Its methods are safe for
// concurrent use.
type Call[Out any] struct {
	ctx     context.Context // of the caller
	home    withdrawer
	attempt atomic.Pointer[attemptContext] // that executes now
	unwatch atomic.Pointer[func() bool]    // stops looking at ctx

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

// Cancel ends the call, unless it is settled: it fails with [ErrCancelled], is not
// retried, and an attempt that executes is cancelled with that cause. Its container lives
// on if the attempt heeds that within Grace; otherwise it is replaced and
// what else it executes runs elsewhere. Cancel does not wait.
func (c *Call[Out]) Cancel() { c.end(ErrCancelled) }

// end settles the call for a reason that lies with its caller.
func (c *Call[Out]) end(cause error) {
	var none Out
	if !c.settle(none, cause, 0) {
		return
	}
	if ctx := c.attempt.Load(); ctx != nil {
		ctx.cancel(cause)
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

// attempted notes the context of the attempt that begins.
func (c *Call[Out]) attempted(ctx *attemptContext) {
	c.attempt.Store(ctx)
	if c.settled() {
		ctx.cancel(c.err)
	}
}

// ticket is a call with its input, on its way through the engine of a function's calls.
type ticket[In, Out any] struct {
	Call[Out]
	rec  record[In, Out]
	desk *desk[In, Out]
}

// withdraw takes the input back that nobody wants the result of: at once where it
// waits, at the desk or for another attempt. An attempt that ignores its cancelled context
// for Grace takes its container with it.
func (t *ticket[In, Out]) withdraw() {
	e := t.desk.e
	if t.desk.remove(&t.rec) {
		return
	}
	if e.todo.remove(&t.rec) {
		e.fail(&t.rec, t.err)
		return
	}
	p := e.p
	time.AfterFunc(max(p.opts.Grace, 1), func() {
		for h := range p.hosts {
			for _, w := range h.slots {
				if w.surrenderCall(&t.rec, verdict{err: t.err}) {
					h.giveUp()
					return
				}
			}
		}
	})
}
