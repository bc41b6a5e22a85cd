package mapper

import "context"

// What can be done to a function while it lives, and its end.

// Stop drains the function. Calls and runs that are accepted go on, new ones get
// [ErrStopped]. When nothing is left to do, the containers end, exits included. Stop waits
// for that, and returns nil or the *[ExitError] of the first exit that has failed. If the
// function had ended before, with its context or a cutoff, Stop returns the cause.
//
// Give ctx a deadline, which alone bounds the wait: with context.Background() it may last for
// ever. While the containers crash-loop, what was accepted waits. A run whose reader has left
// without a word (see [Map] and [Start]) cannot be told from one whose reader is slow, and a run
// over an iterator that never ends is never through.
//
// If ctx ends before, the function is ended at once: attempts are cancelled, and unfinished
// calls and runs fail with ErrStopped. Stop returns context.Cause(ctx) when nothing is left,
// which takes Grace at most, and ExitGrace for exits. Stop may be called again, to wait or to
// hurry.
func (f *Function[In, Out]) Stop(ctx context.Context) error { return f.life.stop(ctx, f.life.ended) }

// Done is closed when the function has ended, by Stop or with its context, and nothing of
// it is left.
func (f *Function[In, Out]) Done() <-chan struct{} { return f.life.ended }

// Drain asks one container of the function to end: it takes no further inputs, ends after
// what it executes, exit included, and is replaced. Inputs that it has claimed and
// not begun are executed elsewhere. Nothing is charged for it. Drain does not wait, and
// reports false if there is no such container any more.
func (f *Function[In, Out]) Drain(container int) bool { return f.life.s.Drain(container) }

// Preempt is [Function.Drain] at once: the attempts that execute in the container are cancelled
// with the cause [ErrInterrupted]. One that still returns a value within Grace is finished;
// any other is executed elsewhere as if it had not been begun (with AtMostOnce it fails with
// ErrInterrupted), and a container that ignores its contexts for Grace is abandoned.
func (f *Function[In, Out]) Preempt(container int) bool { return f.life.s.Preempt(container) }

// Pause has no further attempt begin, of any run or call, until [Function.Resume]. What executes goes on, with what was sent
// to a worker process together with it. Calls and runs are accepted as ever, and wait. Pause returns at once. A function that
// is paused still ends with its context; Stop waits for what was accepted, so that it takes a Resume or the end of Stop's ctx.
func (f *Function[In, Out]) Pause() { f.life.s.Pause() }

// Resume ends a pause of the function, but none of a single run. It returns at once, and does nothing without a pause.
func (f *Function[In, Out]) Resume() { f.life.s.Resume() }

// Scale returns the settings in force.
func (f *Function[In, Out]) Scale() Scale { return Scale(f.life.s.Scale()) }

// SetScale changes the settings, at once and for good. To change one, change what Scale
// returns. When SetScale returns, which does not wait for any attempt, containers that are too many
// take nothing more: they end after what they execute. The errors are a *policy.InvalidError and
// [ErrStopped].
func (f *Function[In, Out]) SetScale(settings Scale) error { return f.life.setScale(settings) }

// Redeploy has the function go on with another body, without losing an input or failing a
// call. Containers that start from now on have the new body. The others are replaced a quarter
// at a time, each after what it executes and not before a new one is ready. Meanwhile there are
// up to a quarter more containers than wanted, one at least. Inputs that are retried or
// executed again may meet the new body after the old one.
//
// The body must be of the same kind: with or without a state, over batches or not. A
// redeploy also ends a crash loop's wait at once.
//
// Redeploy waits until no container has the old body. If ctx ends before, perhaps since no new
// container gets ready, it returns context.Cause(ctx), joined with the last crash at
// start-up. The old containers then serve on until new ones are ready. To go back, redeploy
// the old body. Other errors: a *policy.InvalidError, [ErrStopped].
func (f *Function[In, Out]) Redeploy(ctx context.Context, body Body[In, Out]) error {
	return f.life.redeploy(ctx, body.shape)
}

func (f *life) setScale(settings Scale) error {
	settings, err := settings.filled(f.opts.Containers)
	if err != nil {
		return err
	}
	if f.stopped() {
		return f.ending()
	}
	f.s.SetScale(settings.fleet())
	return nil
}

func (f *life) redeploy(ctx context.Context, body shape) error {
	if err := body.validate(); err != nil {
		return err
	}
	if err := body.check(f.opts.Runtime); err != nil {
		return err
	}
	now := shape{plan: f.s.Release().Body, batched: f.calls.Batches != nil, expands: f.expands}
	if now.expands != body.expands || now.batched != body.batched || (now.plan.Enter == nil) != (body.plan.Enter == nil) {
		return invalid("body", body.kind(), "must be of the same kind as the one deployed, "+now.kind())
	}
	f.mu.Lock()
	if f.stopping {
		f.mu.Unlock()
		return f.ending()
	}
	release := f.s.Redeploy(body.plan)
	f.mu.Unlock()
	select {
	case <-f.s.Roll(release):
		return nil
	case <-ctx.Done():
		return f.late(ctx)
	case <-f.ended:
		return f.ending()
	}
}
