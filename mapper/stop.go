package mapper

import (
	"context"

	"github.com/longshore-go/longshore/supervisor"
)

// Stop drains the function: calls and runs that are accepted go on, new ones get
// [ErrStopped], and when nothing is left to do the containers end, exits included. It waits
// for that, and returns nil or the *[ExitError] of the first exit that has failed. If the
// function had ended before, with its context or a cutoff, Stop returns the cause. Give
// ctx a deadline: while the containers crash-loop, what was accepted waits.
//
// When ctx ends before, the function is ended at once: attempts are cancelled, unfinished
// calls and runs fail with ErrStopped, and Stop returns context.Cause(ctx) when nothing is
// left, which takes Grace at most, and ExitGrace for exits. Stop may be called again, to
// wait or to hurry.
func (f *Function[In, Out]) Stop(ctx context.Context) error { return f.stop(ctx, f.ended) }

// stop waits for ended. An observer that stops its function cannot be waited for as well.
func (f *Function[In, Out]) stop(ctx context.Context, ended <-chan struct{}) error {
	f.refuse()
	f.checkIdle()
	select {
	case <-f.idle:
	case <-ended:
	case <-ctx.Done():
		f.p.cancel(ErrStopped)
		<-ended
		return context.Cause(ctx)
	}
	f.p.cancel(ErrStopped) // before the containers end, or they would be replaced
	f.p.shut()
	<-ended
	if cause := f.p.endedBy(); cause != nil {
		return cause
	}
	if err := f.p.exitErr.Load(); err != nil {
		return err
	}
	return nil
}

// ending is why the function does nothing any more.
func (p *pool[In, Out]) ending() error {
	if cause := context.Cause(p.ctx); cause != nil {
		return cause
	}
	return ErrStopped
}

// endedBy is why the function has ended, nil if it was stopped or lives.
func (p *pool[In, Out]) endedBy() error {
	if cause := context.Cause(p.ctx); cause != ErrStopped {
		return cause
	}
	return nil
}

// Done is closed when the function has ended, by Stop or with its context, and nothing of
// it is left.
func (f *Function[In, Out]) Done() <-chan struct{} { return f.ended }

// refuse accepts nothing any more. The desk goes first: once the function is stopping, the
// last call that is settled makes it idle.
func (f *Function[In, Out]) refuse() {
	f.desk.close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopping = true
}

func (f *Function[In, Out]) stopped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stopping
}

// checkIdle tells a stopping function that nothing is left to do.
func (f *Function[In, Out]) checkIdle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping && f.runs == 0 && f.desk.pending.Load() == 0 {
		select {
		case <-f.idle:
		default:
			close(f.idle)
		}
	}
}

// end waits for the end of the function and settles what it leaves. It is its last
// goroutine.
func (f *Function[In, Out]) end() {
	defer close(f.ended)
	<-f.p.ctx.Done()
	f.refuse()
	f.calls.checkEnd()
	<-f.calls.cleared
	f.calls.abort()
	f.desk.abort()
	f.p.join()
	<-f.scaler.done
	f.checkIdle()
	<-f.idle // the runs have ended
	f.calls.unwatch(supervisor.FunctionStopped, f.p.endedBy())
	f.p.events.Close(f.p.opts.Grace)
}
