package mapper

import (
	"context"
	"iter"

	"github.com/longshore-go/longshore/supervisor"
)

// Body is what the containers of a function execute: a plain function ([Plain]), one
// with state of its own in each container ([WithState]), one over batches ([Batched]),
// or both ([BatchedWithState]). It is a description and does nothing by itself: its
// methods run it over inputs in containers that live as long as the run, [Deploy] makes
// a function of it that lives on and serves many runs and calls.
//
// A Body is immutable and may be used any number of times, also concurrently.
type Body[In, Out any] struct {
	// enter makes the instance of a container that starts; nil where instances have no
	// state and all are alike.
	enter    func(context.Context) (instance[In, Out], error)
	instance instance[In, Out] // where enter is nil
	batch    Batch
	batched  bool
	function any    // what its user wrote, by which a runtime knows it
	missing  string // the name of an argument that is nil
}

// instance is a body in one container: here, where one of call and batch is set, or
// somewhere else.
type instance[In, Out any] struct {
	call   func(context.Context, In) (Out, error)
	batch  func(context.Context, []In) ([]Out, error)
	remote supervisor.Instance
	exit   func(context.Context) error // nil: nothing to do
}

// Plain is a function of one input, as [Map] takes it.
func Plain[In, Out any](fn func(context.Context, In) (Out, error)) Body[In, Out] {
	b := Body[In, Out]{instance: instance[In, Out]{call: fn}, function: fn}
	b.needs("fn", fn != nil)
	return b
}

// WithState is a function with a state of its own in each container, for what is costly
// to make and can be used again: an index, a compiled set of expressions, a connection.
//
// enter is called once in each container before its first input, and its context ends
// after StartTimeout. An error or a panic of enter is a crash at start-up: it is charged
// to no input, the container is started again as its policy says, and where a run gives
// up, enter's own error is what it unwraps to.
//
// call is given the state that enter has returned. Without MaxInputs a container calls it
// for one input at a time, so that the state needs no lock.
//
// exit is called once for each container that enter has returned a state for, whatever
// the container's end: the run or the function is over, it is recycled, drained or scaled
// down, or it has crashed; never while call still uses the state. If an attempt
// that was abandoned never returns, exit is not called. Its context is that of no
// run; it ends after ExitGrace, and whoever waits for the container waits no longer.
// What exit returns is reported, see [ExitError]. A nil exit does nothing.
//
// (The reference has @enter and @exit methods of a class. There a crash is the end of a
// process and runs no exit; a goroutine's crash leaves its state behind, which has to be
// closed.)
func WithState[S, In, Out any](
	enter func(context.Context) (S, error),
	call func(context.Context, S, In) (Out, error),
	exit func(context.Context, S) error,
) Body[In, Out] {
	b := Body[In, Out]{function: call}
	b.needs("enter", enter != nil)
	b.needs("call", call != nil)
	b.enter = withState(enter, exit, func(s S) (inst instance[In, Out]) {
		inst.call = func(ctx context.Context, in In) (Out, error) { return call(ctx, s, in) }
		return inst
	})
	return b
}

// Batched is a function over batches of inputs, which returns a value for each, in their
// order. See [Batch] for when it is called. An error is the error of every input in the
// batch, unless it is an [Errors], which has one for each; a slice of another length
// is a *[LengthError] for every input. Each of them is then retried by its own policy. A
// panic is charged to every input of the batch once; after that they run alone.
func Batched[In, Out any](fn func(context.Context, []In) ([]Out, error), batch Batch) Body[In, Out] {
	b := Body[In, Out]{instance: instance[In, Out]{batch: fn}, batch: batch, batched: true, function: fn}
	b.needs("fn", fn != nil)
	return b
}

// BatchedWithState is [Batched] with a state in each container, as [WithState] has it.
func BatchedWithState[S, In, Out any](
	enter func(context.Context) (S, error),
	call func(context.Context, S, []In) ([]Out, error),
	exit func(context.Context, S) error,
	batch Batch,
) Body[In, Out] {
	b := Body[In, Out]{batch: batch, batched: true, function: call}
	b.needs("enter", enter != nil)
	b.needs("call", call != nil)
	b.enter = withState(enter, exit, func(s S) (inst instance[In, Out]) {
		inst.batch = func(ctx context.Context, in []In) ([]Out, error) { return call(ctx, s, in) }
		return inst
	})
	return b
}

// withState is how a container with a state starts.
func withState[S, In, Out any](
	enter func(context.Context) (S, error), exit func(context.Context, S) error, bind func(S) instance[In, Out],
) func(context.Context) (instance[In, Out], error) {
	return func(ctx context.Context) (instance[In, Out], error) {
		s, err := enter(ctx)
		if err != nil {
			return instance[In, Out]{}, err
		}
		inst := bind(s)
		if exit != nil {
			inst.exit = func(ctx context.Context) error { return exit(ctx, s) }
		}
		return inst, nil
	}
}

func (b *Body[In, Out]) needs(name string, given bool) {
	if !given && b.missing == "" {
		b.missing = name
	}
}

// Validate returns nil, or a *policy.InvalidError that names a function that is nil or a
// field of the Batch. Whoever runs or deploys the body validates it.
func (b Body[In, Out]) Validate() error {
	switch {
	case b.missing != "":
		return invalid(b.missing, nil, "must not be nil")
	case b.enter == nil && b.instance.call == nil && b.instance.batch == nil:
		return invalid("body", nil, "must be made by Plain, WithState, Batched or BatchedWithState")
	case b.batched:
		return b.batch.Validate()
	}
	return nil
}

// check asks a runtime whether it can ever run the body.
func (b Body[In, Out]) check(rt supervisor.Runtime) error {
	if rt == nil {
		return nil
	}
	return rt.Check(b.function)
}

// kind is the name of the function that makes such a body.
func (b *Body[In, Out]) kind() string {
	switch {
	case b.enter == nil && !b.batched:
		return "Plain"
	case b.enter == nil:
		return "Batched"
	case !b.batched:
		return "WithState"
	default:
		return "BatchedWithState"
	}
}

// Map is the function [Map] for this body. A channel has no place for an *[ExitError]: an
// Observer is told of it, and [Run.Wait].
func (b Body[In, Out]) Map(ctx context.Context, inputs []In, opts Options) <-chan Result[In, Out] {
	return results(startSlice(ctx, alone(b, opts), inputs, channelRoom))
}

// MapSeq is the function [MapSeq] for this body.
func (b Body[In, Out]) MapSeq(ctx context.Context, inputs iter.Seq[In], opts Options) <-chan Result[In, Out] {
	return results(startSeq(ctx, alone(b, opts), inputs, channelRoom))
}

// Start is the function [Start] for this body.
func (b Body[In, Out]) Start(ctx context.Context, inputs iter.Seq[In], opts Options) (*Run[In, Out], error) {
	return startSeq(ctx, alone(b, opts), inputs, handleRoom)
}

// Collect is the function [Collect] for this body. An *[ExitError] is returned where
// nothing worse has happened.
func (b Body[In, Out]) Collect(ctx context.Context, inputs []In, opts Options) ([]Out, error) {
	return collect(ctx, alone(b, opts), inputs)
}
