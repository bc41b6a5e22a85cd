package mapper

import (
	"context"
	"iter"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// Body is what the containers of a function execute: a plain function ([Plain]), one
// with state of its own in each container ([WithState]), one over batches ([Batched], [EachBatch]),
// or both ([BatchedWithState]). It is a description and does nothing by itself. Its
// methods run it over inputs, in containers that live as long as the run. [Deploy] makes
// a function of it that lives on and serves many runs and calls.
//
// A Body is immutable and may be used any number of times, also concurrently.
type Body[In, Out any] struct {
	shape shape
	types types
}

// Plain is a function of one input, as [Map] takes it.
func Plain[In, Out any](fn func(context.Context, In) (Out, error)) Body[In, Out] {
	return Body[In, Out]{shape: shapeOf(fn), types: typesOf[In, Out]()}
}

// WithState is a function with a state of its own in each container, for what is costly
// to make and can be used again: an index, a compiled set of expressions, a connection.
//
// enter is called once in each container before its first input. Its context ends after
// StartTimeout. An error or a panic of enter is a crash at start-up: it is charged to no
// input, and the container is started again as its policy says. Where a run gives up, its
// error unwraps to enter's own.
//
// call is given the state that enter has returned. Without MaxInputs a container calls it
// for one input at a time, so that the state needs no lock.
//
// exit is called once for each container that enter has returned a state for, whatever
// the container's end: the run or the function is over, it is recycled, drained or scaled
// down, or it has crashed. It is never called while call still uses the state, so it is not
// called at all if an attempt that was abandoned never returns. Its context is that of no
// run. It ends after ExitGrace, and whoever waits for the container waits no longer.
// What exit returns is reported, see [ExitError]. A nil exit does nothing.
//
// (Modal has @enter and @exit methods of a class. There a crash is the end of a
// process and runs no exit; a goroutine's crash leaves its state behind, which has to be
// closed.)
func WithState[S, In, Out any](
	enter func(context.Context) (S, error),
	call func(context.Context, S, In) (Out, error),
	exit func(context.Context, S) error,
) Body[In, Out] {
	plan := fleet.Body{Function: call, Enter: withState(enter, exit, func(s S) any {
		return &typed.Call[In, Out]{Fn: func(ctx context.Context, in In) (Out, error) { return call(ctx, s, in) }}
	})}
	b := Body[In, Out]{shape: shape{plan: plan}, types: typesOf[In, Out]()}
	b.shape.needs("enter", enter != nil)
	b.shape.needs("call", call != nil)
	return b
}

// Batched is a function over batches of inputs, which returns a value for each, in their
// order. See [Batch] for when it is called. An error is the error of every input in the
// batch, unless it is an [Errors], which has one for each. A slice of another length is a
// *[LengthError] for every input. Each input is then retried by its own count. Before a batch
// fails for good with one error for all, its halves are tried, so that only bad inputs fail: see
// [Batch]. A panic is charged to every input of the batch once. After that they run alone.
func Batched[In, Out any](fn func(context.Context, []In) ([]Out, error), batch Batch) Body[In, Out] {
	b := batched[In, Out](batch, fn)
	b.shape.plan.Instance.Call = typed.Batch(fn)
	b.shape.needs("fn", fn != nil)
	return b
}

// EachBatch is [Batched] for a function without values, as [Each] takes one of single inputs. The
// values of its results are empty. With a state in each container, have the call of
// [BatchedWithState] return make([]struct{}, len(inputs)).
func EachBatch[In any](fn func(context.Context, []In) error, batch Batch) Body[In, struct{}] {
	b := batched[In, struct{}](batch, fn)
	b.types.batches = typed.NoValues[In]{}
	b.shape.plan.Instance.Call = typed.EachBatch(fn)
	b.shape.needs("fn", fn != nil)
	return b
}

// BatchedWithState is [Batched] with a state in each container, as [WithState] has it.
func BatchedWithState[S, In, Out any](
	enter func(context.Context) (S, error),
	call func(context.Context, S, []In) ([]Out, error),
	exit func(context.Context, S) error,
	batch Batch,
) Body[In, Out] {
	b := batched[In, Out](batch, call)
	b.shape.needs("enter", enter != nil)
	b.shape.needs("call", call != nil)
	b.shape.plan.Enter = withState(enter, exit, func(s S) any {
		return typed.Batch(func(ctx context.Context, in []In) ([]Out, error) { return call(ctx, s, in) })
	})
	return b
}

func batched[In, Out any](batch Batch, function any) Body[In, Out] {
	b := Body[In, Out]{
		shape: shape{plan: fleet.Body{Function: function, Size: batch.Size, Wait: batch.Wait, Whole: batch.Whole}, batch: batch, batched: true},
		types: typesOf[In, Out](),
	}
	b.types.batches = typed.Batches[In, Out]{}
	return b
}

// withState is how a container with a state starts.
func withState[S any](
	enter func(context.Context) (S, error), exit func(context.Context, S) error, bind func(S) any,
) func(context.Context) (fleet.Instance, error) {
	return func(ctx context.Context) (inst fleet.Instance, err error) {
		s, err := enter(ctx)
		if err != nil {
			return inst, err
		}
		inst.Call = bind(s)
		if exit != nil {
			inst.Exit = func(ctx context.Context) error { return exit(ctx, s) }
		}
		return inst, nil
	}
}

// Validate returns nil, or a *policy.InvalidError that names a function that is nil or a
// field of the Batch. Whoever runs or deploys the body validates it.
func (b Body[In, Out]) Validate() error { return b.shape.validate() }

// Map is the function [Map] for this body. A channel has no place for an *[ExitError]: an
// Observer is told of it, and [Run.Wait].
func (b Body[In, Out]) Map(ctx context.Context, inputs []In, opts Options) <-chan Result[In, Out] {
	return channelOf(startSlice[In, Out](ctx, &alone{body: b.shape, types: b.types, opts: opts}, inputs, channelRoom))
}

// MapSeq is the function [MapSeq] for this body.
func (b Body[In, Out]) MapSeq(ctx context.Context, inputs iter.Seq[In], opts Options) <-chan Result[In, Out] {
	return channelOf(startSeq[In, Out](ctx, &alone{body: b.shape, types: b.types, opts: opts}, inputs, channelRoom))
}

// Start is the function [Start] for this body.
func (b Body[In, Out]) Start(ctx context.Context, inputs iter.Seq[In], opts Options) (*Run[In, Out], error) {
	return startSeq[In, Out](ctx, &alone{body: b.shape, types: b.types, opts: opts}, inputs, handleRoom)
}

// Collect is the function [Collect] for this body. An *[ExitError] is returned where
// nothing worse has happened.
func (b Body[In, Out]) Collect(ctx context.Context, inputs []In, opts Options) ([]Out, error) {
	return collect[In, Out](ctx, &alone{body: b.shape, types: b.types, opts: opts}, inputs)
}

// Each is the function [Each] for this body, whose values are let go of as they come. The error is that of Collect.
func (b Body[In, Out]) Each(ctx context.Context, inputs []In, opts Options) error {
	return each[In, Out](ctx, &alone{body: b.shape, types: b.types, opts: opts}, inputs)
}
