package mapper

import (
	"context"
	"fmt"
	"iter"
	"reflect"

	"github.com/longshore-go/longshore/mapper/internal/outputs"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Output is one output of one input of [Stream], or the failure of the input.
type Output[In, Out any] struct {
	// Index of the input, from 0. A stream that ended early for a reason that no output of
	// an input says (invalid Options; an iterator that panicked when all that it had
	// yielded was through; crashes that outweigh progress) says it in a last Output with Index -1.
	Index int
	// Number of the output among those of its input, from 0. A failure has the next one.
	Number int
	Input  In
	Value  Out
	// Err is nil, or why the input failed, as in a [Result]. Nothing of the input follows.
	Err error
}

// Stream calls fn on every input, up to Containers at the same time, and yields what the
// iterators that fn returns yield: many outputs for one input, each as it comes. It is
// lazy: each range over it is a run of its own, on the caller's goroutine as far as the
// outputs go, and nothing begins before.
//
// In order, which is the default, it yields all outputs of input 0, then those of input 1,
// and so on. Those of the first unfinished input are yielded as they are produced. Later
// inputs run ahead, each by up to 16 outputs, and then wait for the reader. With Unordered the
// outputs of all inputs are yielded as they come, those of one input in their order. There no
// input waits for another, only for the reader, when it is 16 outputs ahead. An input that
// waits keeps its container. The time that it waits does not count for its Timeout.
//
// The iterator may be nil, for no outputs. It is run in the container, once, with the
// context of the attempt. A pair with an error ends the input: the iterator is asked for no
// more, and the value beside the error is dropped. The error comes as the last Output of the
// input, after all the outputs before it. A timeout or a crash comes there likewise. When the
// context ends, yield returns false, and outputs that were late are dropped.
//
// What was delivered cannot be taken back, so an input that was begun is never begun again:
// AtMostOnce is always on, the first crash fails an input, and Retries that are not zero are
// refused. Inputs that the crashed container had claimed and not begun run elsewhere. A
// container executes one input at a time: MaxInputs over 1 is refused.
//
// Without ReturnExceptions the first input to fail ends the stream. In order, what is
// finished before it comes first, then its own outputs and its failure. Inputs before it that
// were slower are cut short or missing, as a [Result] may be. With Unordered, all that was
// produced comes first. With ReturnExceptions every input comes to its end, and only a
// failure says anything about that; what else ends the run is the last Output, as for any run.
// In order, what is tried next after a crash is the lowest input and not one from elsewhere,
// which would wait with its container for those before it. So a stream whose inputs crash from
// the first on is cut off where a [Map] would have found others that work: see [policy.Ephemeral].
//
// Leaving the loop, in whatever way, stops the run and joins it before the loop statement
// returns, for which running attempts have Grace. All else is as with [Start] and
// [Run.All]. At most Outstanding inputs are taken and not read to their end. Inputs must
// not wait for each other's outputs to be read.
func Stream[In, Out any](ctx context.Context, fn func(context.Context, In) iter.Seq2[Out, error], inputs iter.Seq[In], opts Options) iter.Seq[Output[In, Out]] {
	return func(yield func(Output[In, Out]) bool) {
		s, run, err := stream(ctx, fn, inputs, opts)
		if err != nil {
			yield(Output[In, Out]{Index: -1, Err: err})
			return
		}
		go drain(s, run)
		defer s.Leave(run.Stop)
		s.Read(func(o outputs.Output[In, Out]) bool { return yield(Output[In, Out](o)) })
	}
}

// stream begins the run behind a range over a Stream.
func stream[In, Out any](ctx context.Context, fn func(context.Context, In) iter.Seq2[Out, error], inputs iter.Seq[In], opts Options) (*outputs.Stream[In, Out], *Run[*outputs.Buffer[In, Out], struct{}], error) {
	if fn == nil {
		return nil, nil, invalid("fn", nil, "must not be nil")
	}
	full, err := opts.filled()
	if err != nil {
		return nil, nil, err
	}
	if opts.Retries != (policy.Retries{}) {
		return nil, nil, invalid("Retries", opts.Retries, "must be zero for a stream: outputs that were delivered cannot be taken back")
	}
	if opts.Journal != nil {
		return nil, nil, invalid("Journal", fmt.Sprintf("%T", opts.Journal), "must be nil for a stream: what an input has yielded is not recorded")
	}
	if opts.Hedge != (policy.Hedge{}) {
		return nil, nil, invalid("Hedge", opts.Hedge, "cannot be with a stream: outputs that were delivered cannot be taken back")
	}
	if opts.MaxInputs > 1 {
		return nil, nil, invalid("MaxInputs", opts.MaxInputs, "must be 1 for a stream: who waits for the reader would hold up the others of its container")
	}
	s := outputs.New[In, Out](outputs.Options{
		Unordered: full.Unordered, All: full.ReturnExceptions, Outstanding: full.Outstanding, Containers: full.Containers,
	})
	opts.AtMostOnce = true
	opts.Outstanding = full.Outstanding - s.Slack()
	d := plain(attemptOf(fn), opts)
	d.lowest = !opts.Unordered
	run, err := startSeq[*outputs.Buffer[In, Out], struct{}](ctx, d, buffered(s, inputs), handleRoom)
	return s, run, err
}

// attemptOf is what a container executes for an input: it fills the buffer.
//
// That an iterator has ended is said in the buffer, and not left to the run, which may learn
// of a success only when the container has finished more than this one input, for which
// the reader would have to have come that far. A failure the run learns at once. Where the
// context has ended it is for the run alone to say what that makes of the input.
func attemptOf[In, Out any](fn func(context.Context, In) iter.Seq2[Out, error]) func(context.Context, *outputs.Buffer[In, Out]) (struct{}, error) {
	return func(ctx context.Context, b *outputs.Buffer[In, Out]) (none struct{}, err error) {
		clock := ctx.Value(supervisor.AttemptKey{}).(outputs.Clock)
		if seq := fn(ctx, b.In); seq != nil {
			for v, err := range seq {
				if err != nil {
					return none, err
				}
				if !b.Push(ctx, clock, v) {
					return none, context.Cause(ctx)
				}
			}
		}
		if ctx.Err() == nil {
			b.End(nil)
		}
		return none, nil
	}
}

// buffered gives each input a buffer. A nil iterator is left to [Start].
func buffered[In, Out any](s *outputs.Stream[In, Out], inputs iter.Seq[In]) iter.Seq[*outputs.Buffer[In, Out]] {
	if inputs == nil {
		return nil
	}
	return func(yield func(*outputs.Buffer[In, Out]) bool) {
		for in := range inputs {
			if !yield(s.Add(in)) {
				return
			}
		}
	}
}

// drain is the goroutine that takes the results of the run. The run is joined when it ends.
func drain[In, Out any](s *outputs.Stream[In, Out], run *Run[*outputs.Buffer[In, Out], struct{}]) {
	defer s.Drained(run.Wait)
	for r := range run.All() {
		if r.Index < 0 {
			continue // run.Wait says it too
		}
		if !s.Settled(r.Index, r.Input, r.Err) {
			break
		}
		if cause := run.h.e.Cause(); cause != nil && same(r.Err, cause) {
			s.Said()
		}
	}
}

// same reports whether an error is that very cause. It asks no method of the user's.
func same(err, cause error) bool { return reflect.ValueOf(err).Comparable() && err == cause }
