package mapper

import (
	"context"
	"iter"
	"reflect"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// Map calls fn on every input, up to Containers at the same time, and returns the
// results, in the order of the inputs unless Unordered: one for each input with
// ReturnExceptions, otherwise up to the first failure.
//
// Map returns at once. Its channel is closed when the run has ended and nothing of it
// is left. Range over it to the end, or cancel ctx: a reader who leaves without
// either leaves the run waiting for ever, and [Function.Stop] with it if the run is on a
// function. To leave early, use [Start] and [Run.All].
// Nil or empty inputs give a closed channel. Invalid Options give one Result with
// Index -1 and the *policy.InvalidError. The caller must not change inputs before
// the channel is closed.
//
// Each attempt has a context of its own, which descends from ctx and ends when fn returns: what
// fn leaves behind, a goroutine or a value such as a *http.Response with its Body unread, must
// not need it.
//
// When ctx ends, nothing new begins, running attempts are cancelled, and unfinished
// inputs get context.Cause(ctx), or the first of them without ReturnExceptions. What is
// finished is not lost to a reader who goes on reading, however slowly; one who does not
// leaves no goroutine. [Run.All] saves the channel operation, some 60 ns a result.
func Map[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), inputs []In, opts Options) <-chan Result[In, Out] {
	return channelOf(startSlice[In, Out](ctx, plain(fn, opts), inputs, channelRoom))
}

// MapSeq is [Map] over an iterator. The iterator is pulled on a goroutine of its own, never
// more than Outstanding inputs ahead of the reader, and not after the end of the run. A
// panic of the iterator ends the run with a *[SourceError]. Inputs that were pulled and are
// unfinished get it, too. Inputs that may fail to come are a [Source]'s. If the iterator stalls when the run ends, it is waited for, at
// most Grace, before the channel is closed. Who leaves the channel early cancels ctx, as with Map.
func MapSeq[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), inputs iter.Seq[In], opts Options) <-chan Result[In, Out] {
	return channelOf(startSeq[In, Out](ctx, plain(fn, opts), inputs, channelRoom))
}

// Start begins a run and returns the handle to it. It does not block. The error is a
// *policy.InvalidError that names a field of opts, or fn. Nil inputs are none.
//
// The run goes ahead of its reader by at most Outstanding inputs. It ends when every
// input is settled, when one fails for good (without ReturnExceptions), when ctx
// ends, or when it is stopped. Until then it waits for its reader: a handle that nobody reads to
// the end has to be stopped, or its ctx cancelled, else the run, and [Function.Stop] of the
// function that it is on, wait for ever. A loop over [Run.All] may be left at any time.
func Start[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), inputs iter.Seq[In], opts Options) (*Run[In, Out], error) {
	return startSeq[In, Out](ctx, plain(fn, opts), inputs, handleRoom)
}

// Collect calls fn on every input and returns the values, in the order of the inputs
// and as many. It blocks until the run has ended and nothing of it is left.
//
// An input that has failed leaves the zero value in its place, and the error says so.
// Without ReturnExceptions it is the *[InputError] of the first failure, which ended
// the run. The values that were finished by then are in their places. With
// ReturnExceptions it is a *[FailuresError] that lists all failures. When ctx has ended,
// the error is context.Cause(ctx), or that is in the list. When crashes outweighed
// progress, it is a *supervisor.CutoffError, likewise. A *policy.InvalidError names a bad
// field of opts.
//
// A zero may be a value too. With ReturnExceptions [FailuresError.Of] tells: an input that it does not know has its
// value, and one that is Unfinished has none because the run had ended before. Without, after an error, nothing tells.
func Collect[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), inputs []In, opts Options) ([]Out, error) {
	return collect[In, Out](ctx, plain(fn, opts), inputs)
}

// Each is [Collect] for a function without a value.
func Each[In any](ctx context.Context, fn func(context.Context, In) error, inputs []In, opts Options) error {
	var wrapped func(context.Context, In) (struct{}, error)
	if fn != nil {
		wrapped = func(ctx context.Context, in In) (struct{}, error) { return struct{}{}, fn(ctx, in) }
	}
	b := shapeOf(wrapped)
	b.plan.Function = fn // by which a runtime knows it
	return each[In, struct{}](ctx, &alone{body: b, types: typesOf[In, struct{}](), opts: opts}, inputs)
}

// plain is the door of a function of one input. It mentions no [Body], all of whose methods
// would be compiled for its types then.
func plain[In, Out any](fn func(context.Context, In) (Out, error), opts Options) *alone {
	return &alone{body: shapeOf(fn), types: typesOf[In, Out](), opts: opts}
}

func shapeOf[In, Out any](fn func(context.Context, In) (Out, error)) shape {
	s := shape{plan: fleet.Body{Instance: fleet.Instance{Call: &typed.Call[In, Out]{Fn: fn}}, Function: fn}}
	if fn == nil {
		s.missing = "fn"
	}
	return s
}

func typesOf[In, Out any]() types {
	return types{newChunk: typed.New[In, Out], describe: describe[In], in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
}
