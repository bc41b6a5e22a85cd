package mapper

import (
	"context"
	"fmt"
	"iter"
)

// Function is a body with containers that live on, made by [Deploy]. It serves any number
// of runs and single calls at once, and shares its containers between them. The one that has
// the fewest containers goes first, and all calls count as one: so a huge run does not starve
// a single call. Its methods are safe for concurrent use.
type Function[In, Out any] struct {
	life  *life
	types types
}

// Deploy makes a function of body that lives until ctx ends or it is stopped, and starts
// its first Scale.Min containers. It does not block: the first call shows whether containers
// can start, and so do Stats.
//
// Most of opts hold for every run and call. Some mean something else here:
//
//   - Containers or Scale.Max say how many containers there are at most: one of them, or the same number.
//   - Crashes nil means policy.Deployed{}: the function never gives up. While its containers
//     crash-loop, calls and runs wait. Under policy.Ephemeral it ends when crashes outweigh
//     progress.
//   - Outstanding is how many calls may be accepted and not settled. More are refused with a
//     *[QueueFullError]. Zero means 2000, Modal's limit of pending inputs.
//   - ReturnExceptions and Unordered are refused: they are of a run, see [RunOptions].
//
// The errors are those of Options.Validate and Body.Validate.
func Deploy[In, Out any](ctx context.Context, body Body[In, Out], opts Options) (*Function[In, Out], error) {
	l, err := deploy(body.shape, opts)
	if err != nil {
		return nil, err
	}
	f := &Function[In, Out]{life: l, types: body.types}
	l.begin(ctx, f.types, f.spawn)
	return f, nil
}

// Call executes the function on one input and waits for the result: the value, or why it
// failed for good, as Result.Err has it. When ctx ends, Call returns context.Cause(ctx) at
// once, and the attempt is cancelled. If no container could start so far, the last
// *supervisor.CrashError is joined to the cause. The attempt's context descends from ctx and
// has its values, except in a function over batches.
//
// Other errors: a *[QueueFullError], and [ErrStopped], joined with the cause if the function
// has ended before the call was settled.
//
// An attempt that calls its own function holds its container meanwhile. If all containers are
// held so at once, none is left for the calls, and nothing tells: an attempt may go on without the result of its call, so
// that nobody can say of those that wait that they wait for ever. Stats show it, with as many Running as there may be
// containers and Calls Waiting. Give ctx a deadline, or the function a Timeout, which ends it; or deploy what is called as a
// function of its own, which cannot happen to it unless the two call each other.
func (f *Function[In, Out]) Call(ctx context.Context, in In) (Out, error) {
	var none Out
	if err := f.life.callable(); err != nil {
		return none, err
	}
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	t := newTicket[In, Out](ctx, f.life.queue, in)
	if err := f.life.queue.submit(ctx, &t.task); err != nil {
		return none, err
	}
	select {
	case <-t.done:
	case <-ctx.Done():
		t.end(f.life.late(ctx))
		<-t.done
	}
	return t.value, t.err
}

// Spawn begins a call and returns the handle to it at once. ctx is the call's: when it
// ends, so does the call, with context.Cause(ctx). For one that outlives its caller, use
// context.WithoutCancel. The errors are a *[QueueFullError], [ErrStopped], and the cause of a
// ctx that has ended.
func (f *Function[In, Out]) Spawn(ctx context.Context, in In) (*Call[Out], error) {
	return f.begin(ctx, in, (*callQueue).submit, nil)
}

// Submit is [Function.Spawn] that waits where Outstanding calls are accepted and not settled, until there is a place for one
// more. Those who wait get theirs in the order in which they came, and before any Spawn. An attempt that submits to its own
// function holds its container meanwhile, see [Function.Call]. The errors are [ErrStopped], also where the function is stopped
// while Submit waits, and the cause of ctx.
func (f *Function[In, Out]) Submit(ctx context.Context, in In) (*Call[Out], error) {
	return f.begin(ctx, in, (*callQueue).await, nil)
}

// begin submits a call, whose group is told when it is through, if it has one.
func (f *Function[In, Out]) begin(ctx context.Context, in In, submit submission, through func(*Call[Out])) (*Call[Out], error) {
	if err := f.life.callable(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	t := newTicket[In, Out](ctx, f.life.queue, in)
	t.through = through
	if err := submit(f.life.queue, ctx, &t.task); err != nil {
		return nil, err
	}
	t.watch()
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

// spawn is Spawn for an input whose type nobody knows.
func (f *Function[In, Out]) spawn(ctx context.Context, input any) error {
	in, ok := input.(In)
	if !ok {
		return invalid("input", fmt.Sprintf("%T", input), fmt.Sprintf("must be a %T", *new(In)))
	}
	_, err := f.Spawn(ctx, in)
	return err
}

// Map is the function [Map] on the function's containers. A function that is stopped
// gives one Result with Index -1 and [ErrStopped].
func (f *Function[In, Out]) Map(ctx context.Context, inputs []In, opts RunOptions) <-chan Result[In, Out] {
	return channelOf(startSlice[In, Out](ctx, &runDoor{f.life, f.types, opts}, inputs, channelRoom))
}

// MapSeq is the function [MapSeq] on the function's containers, see Map.
func (f *Function[In, Out]) MapSeq(ctx context.Context, inputs iter.Seq[In], opts RunOptions) <-chan Result[In, Out] {
	return channelOf(startSeq[In, Out](ctx, &runDoor{f.life, f.types, opts}, inputs, channelRoom))
}

// Start is the function [Start] on the function's containers. Another error is [ErrStopped].
func (f *Function[In, Out]) Start(ctx context.Context, inputs iter.Seq[In], opts RunOptions) (*Run[In, Out], error) {
	return startSeq[In, Out](ctx, &runDoor{f.life, f.types, opts}, inputs, handleRoom)
}

// Collect is the function [Collect] on the function's containers. Another error is
// [ErrStopped].
func (f *Function[In, Out]) Collect(ctx context.Context, inputs []In, opts RunOptions) ([]Out, error) {
	return collect[In, Out](ctx, &runDoor{f.life, f.types, opts}, inputs)
}

// Each is the function [Each] on the function's containers: Collect without the values, which are let go of as they come.
// Another error is [ErrStopped].
func (f *Function[In, Out]) Each(ctx context.Context, inputs []In, opts RunOptions) error {
	return each[In, Out](ctx, &runDoor{f.life, f.types, opts}, inputs)
}

// Options returns what the function was deployed with. Most defaults are in place (a zero
// CrashLimit still means 3, and a policy has its own); what SetScale has changed since is
// not in it.
func (f *Function[In, Out]) Options() Options { return f.life.opts }
