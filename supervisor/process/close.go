package process

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// How long a worker has that has run out of time, before it is killed, to tell its stacks
// when it is asked, and then to print them on SIGABRT: that works even where no
// goroutine gets to run.
const (
	askTime  = 100 * time.Millisecond
	quitTime = 150 * time.Millisecond
)

// Close ends the worker, see supervisor.Instance: it finishes the chunk that is out, runs
// exit, and goes. When ctx ends it is killed together with its process group: at
// once, or if the cause is a timeout (errors.Is context.DeadlineExceeded, or a method
// Timeout that says so) when it has told where its goroutines are, or 250 ms later.
func (c *container) Close(ctx context.Context) error {
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		if ctx.Err() == nil {
			c.sendDrain()
		}
	}()
	select {
	case <-c.gone:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		c.end(context.Cause(ctx)) // also where nothing is left but a method of the user's that does not return
	}
	<-drained
	if c.diagnosis != nil {
		return c.lost(nil)
	}
	return c.exit
}

// sendDrain waits for the chunk that is out, keeps others from following, and tells the worker to
// end. It blocks until then, or the worker's end.
func (c *container) sendDrain() {
	select {
	case c.turn <- struct{}{}:
		_ = c.conn.WriteFrame(wire.Drain, 0, nil)
		c.listen(func() bool { return c.bye })
	case <-c.gone:
	}
}

// end kills the worker for a cause and waits until nothing of it is left.
func (c *container) end(cause error) {
	c.hasten.Do(func() { close(c.hurry) })
	kind := KindClosed
	if isTimeout(cause) {
		kind = KindTimeout
	}
	if c.note(kind, cause) && kind == KindTimeout {
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			_ = c.orders.WriteFrame(wire.Stats, 0, nil)
			c.listen(func() bool { return c.dump != "" })
		}()
		if !c.within(askTime, c.dumped) {
			c.proc.quit()
			c.within(quitTime, nil)
		}
		defer func() { <-asked }()
	}
	c.proc.kill()
	<-c.gone
}

// within waits for an event or the worker's death, and reports whether either came in time.
func (c *container) within(d time.Duration, event <-chan struct{}) bool {
	select {
	case <-event:
	case <-c.dead:
	case <-time.After(d):
		return false
	}
	return true
}

// kill kills the worker at once for a reason. It does not wait.
func (c *container) kill(kind string, err error) {
	c.note(kind, err)
	c.proc.kill()
}

// note notes why the worker is about to be killed. The first reason counts, and none after
// its death.
func (c *container) note(kind string, err error) bool {
	select {
	case <-c.dead:
		return false
	default:
		return c.reason.CompareAndSwap(nil, &reason{kind: kind, err: err})
	}
}

func isTimeout(err error) bool {
	if guard.Is(err, context.DeadlineExceeded) {
		return true
	}
	t, ok := guard.As[interface {
		error
		Timeout() bool
	}](err)
	if !ok {
		return false
	}
	timeout, _ := guard.Call(guard.Owner(err), t.Timeout)
	return timeout
}
