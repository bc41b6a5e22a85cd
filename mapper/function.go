package mapper

import (
	"context"
	"fmt"
	"iter"
	"math"
	"sync"

	"github.com/longshore-go/longshore/supervisor"
)

// Function is a body with containers that live on, made by [Deploy]. It serves any number
// of runs and single calls at once and shares its containers between them: the one that has
// the fewest containers goes first, and all calls count as one, so that a huge run does not
// starve a single call. Its methods are safe for concurrent use.
type Function[In, Out any] struct {
	p      *pool[In, Out]
	opts   Options
	calls  *engine[In, Out] // the run that all calls are part of
	desk   *desk[In, Out]
	scaler *scaler[In, Out]

	mu       sync.Mutex
	runs     int // that are not over
	stopping bool
	idle     chan struct{} // closed when a stopping function has nothing more to do
	ended    chan struct{} // closed when nothing of it is left
}

// RunOptions is what a run on a deployed function has of its own. The zero value works:
// ordered results, stop at the first failure.
type RunOptions struct {
	ReturnExceptions bool // as in Options
	Unordered        bool // as in Options
	Outstanding      int  // as in Options, of this run; zero means max(1000, 16·Containers)
}

// Deploy makes a function of body that lives until ctx ends or it is stopped, and starts
// its first Scale.Min containers. It does not block: whether containers can start is seen
// by the first call, or in Stats.
//
// Of opts, Name, Timeout, StartTimeout, Grace, ExitGrace, Retries, CrashLimit, AtMostOnce,
// MaxInputs, TargetInputs, Recycle and Observer hold for every run and call; Containers and
// Scale say how many containers there are. Crashes nil means policy.Deployed{}: the
// function never gives up, and while its containers crash-loop calls and runs wait. Under
// policy.Ephemeral it ends when crashes outweigh progress. Outstanding is how many calls
// may be accepted and not settled; more are refused with a *[QueueFullError]. Zero means
// 2000 (the reference's limit of pending inputs). ReturnExceptions and Unordered are of a
// run, see [RunOptions].
//
// The errors are those of Options.Validate and Body.Validate.
func Deploy[In, Out any](ctx context.Context, body Body[In, Out], opts Options) (*Function[In, Out], error) {
	if err := body.Validate(); err != nil {
		return nil, err
	}
	opts, err := opts.deployed()
	if err != nil {
		return nil, err
	}
	if err := body.check(opts.Runtime); err != nil {
		return nil, err
	}
	f := &Function[In, Out]{p: newPool(body, opts), opts: opts, idle: make(chan struct{}), ended: make(chan struct{})}
	f.p.deployed = f
	ctx, cancel := f.life(ctx)
	f.openDesk(ctx)
	f.scaler = newScaler(f.p, opts.Scale)
	f.p.lot.help = f.scaler.help
	f.p.openEvents(opts.Scale.Max)
	f.watch()
	f.p.start(ctx, cancel, opts.Scale.Max, opts.Scale.Min)
	f.calls.view.begin()
	f.p.attach(f.calls)
	context.AfterFunc(ctx, f.p.endAtOnce)
	context.AfterFunc(f.calls.ctx, func() { f.calls.checkEnd() })
	go f.scaler.run()
	go f.end()
	return f, nil
}

// life is the context of the function. It has the values of the caller's and ends with it,
// and says that then it is the function that has ended.
func (f *Function[In, Out]) life(caller context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(caller))
	unwatch := context.AfterFunc(caller, func() { cancel(stopped(context.Cause(caller))) })
	context.AfterFunc(ctx, func() { unwatch() })
	return ctx, cancel
}

// stopped is the end of a function for a reason.
func stopped(cause error) error { return fmt.Errorf("%w: %w", ErrStopped, cause) }

// openDesk makes the run of the calls.
func (f *Function[In, Out]) openDesk(ctx context.Context) {
	opts := f.opts
	opts.ReturnExceptions = true
	f.calls = newEngine(ctx, f.p, opts)
	f.calls.id = f.p.id
	f.calls.lasting = true
	f.calls.cleared = make(chan struct{})
	f.calls.bound(math.MaxInt)
	f.desk = &desk[In, Out]{e: f.calls, limit: f.opts.Outstanding, drained: f.checkIdle}
	f.calls.src, f.calls.out = f.desk, f.desk
}

// Call executes the function on one input and waits for the result: the value, or why it
// failed for good, as Result.Err has it. When ctx ends, Call returns context.Cause(ctx) at
// once and the attempt is cancelled; if no container could start so far, the last
// *supervisor.CrashError is joined to it. The attempt's context descends from ctx, and has its
// values, except in a function over batches.
//
// Other errors: a *[QueueFullError], and [ErrStopped], joined with the cause if the function
// has ended before the call was settled.
//
// An attempt that calls its own function holds its container meanwhile: if all of them do so at
// once, none is left for the calls.
func (f *Function[In, Out]) Call(ctx context.Context, in In) (Out, error) {
	var none Out
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	t, err := f.desk.submit(ctx, in)
	if err != nil {
		return none, err
	}
	select {
	case <-t.done:
	case <-ctx.Done():
		t.end(f.p.late(ctx))
		<-t.done
	}
	return t.value, t.err
}

// late is the cause of the end of ctx, joined with why no container starts, if that is what
// was waited for.
func (p *pool[In, Out]) late(ctx context.Context) error {
	cause := context.Cause(ctx)
	if crash := p.unready.Load(); crash != nil {
		return fmt.Errorf("%w, waiting for a container: %w", cause, crash)
	}
	return cause
}

// Spawn begins a call and returns the handle to it at once. ctx is the call's: when it
// ends, so does the call, with context.Cause(ctx). For one that outlives its caller, use
// context.WithoutCancel. The errors are a *[QueueFullError], [ErrStopped], and the cause of a
// ctx that has ended.
func (f *Function[In, Out]) Spawn(ctx context.Context, in In) (*Call[Out], error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	t, err := f.desk.submit(ctx, in)
	if err != nil {
		return nil, err
	}
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { t.end(context.Cause(ctx)) })
		t.unwatch.Store(&stop)
		if t.settled() {
			stop()
		}
	}
	return &t.Call, nil
}

// SpawnAll spawns a call for each input and returns their handles in the order of the
// inputs. If one is refused, its error is returned beside the handles of those before it,
// which go on.
func (f *Function[In, Out]) SpawnAll(ctx context.Context, inputs []In) ([]*Call[Out], error) {
	calls := make([]*Call[Out], 0, len(inputs))
	for _, in := range inputs {
		c, err := f.Spawn(ctx, in)
		if err != nil {
			return calls, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

// Map is the function [Map] on the function's containers. A function that is stopped
// gives one Result with Index -1 and [ErrStopped].
func (f *Function[In, Out]) Map(ctx context.Context, inputs []In, opts RunOptions) <-chan Result[In, Out] {
	return results(startSlice(ctx, f.door(opts), inputs, channelRoom))
}

// MapSeq is the function [MapSeq] on the function's containers, see Map.
func (f *Function[In, Out]) MapSeq(ctx context.Context, inputs iter.Seq[In], opts RunOptions) <-chan Result[In, Out] {
	return results(startSeq(ctx, f.door(opts), inputs, channelRoom))
}

// Start is the function [Start] on the function's containers. Another error is [ErrStopped].
func (f *Function[In, Out]) Start(ctx context.Context, inputs iter.Seq[In], opts RunOptions) (*Run[In, Out], error) {
	return startSeq(ctx, f.door(opts), inputs, handleRoom)
}

// Collect is the function [Collect] on the function's containers. Another error is
// [ErrStopped].
func (f *Function[In, Out]) Collect(ctx context.Context, inputs []In, opts RunOptions) ([]Out, error) {
	return collect(ctx, f.door(opts), inputs)
}

// door lets a run in.
func (f *Function[In, Out]) door(run RunOptions) door[In, Out] {
	return func(ctx context.Context) (*engine[In, Out], error) {
		opts := f.opts
		opts.ReturnExceptions, opts.Unordered, opts.Outstanding = run.ReturnExceptions, run.Unordered, run.Outstanding
		opts.Containers = f.scaler.get().Max
		opts, err := opts.filled()
		if err != nil {
			return nil, err
		}
		if f.stopped() {
			return nil, f.p.ending()
		}
		return newEngine(ctx, f.p, opts), nil
	}
}

// accept begins to serve a run, unless the function is stopped.
func (f *Function[In, Out]) accept(e *engine[In, Out]) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping {
		e.cancel(ErrStopped)
		return f.p.ending()
	}
	f.runs++
	unwatch := context.AfterFunc(f.p.ctx, func() { e.finish(context.Cause(f.p.ctx)) })
	context.AfterFunc(e.ctx, func() { unwatch() })
	f.p.attach(e)
	f.p.lot.wake()
	return nil
}

// runEnded is told when no worker serves a run any more.
func (f *Function[In, Out]) runEnded(e *engine[In, Out]) {
	if e == f.calls {
		return
	}
	e.unwatch(supervisor.RunEnded, e.cause())
	e.view.seal()
	f.mu.Lock()
	f.runs--
	f.mu.Unlock()
	f.checkIdle()
}

// Options returns what the function was deployed with. Most defaults are in place (a zero
// CrashLimit still means 3, and a policy has its own); what SetScale has changed since is
// not in it.
func (f *Function[In, Out]) Options() Options { return f.opts }
