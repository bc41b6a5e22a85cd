package mapper

import (
	"context"
	"iter"

	"github.com/longshore-go/longshore/policy"
)

// Output is one output of one input of [Stream], or the failure of the input.
type Output[In, Out any] struct {
	// Index of the input, from 0. A stream that ended early for a reason that no output of
	// an input says (invalid Options; an iterator that panicked when all that it had
	// yielded was through) says it in a last Output with Index -1.
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
// and so on. Those of the first unfinished input are yielded as they are produced, while
// later inputs run ahead, each up to 16 outputs; then they wait for the reader. With
// Unordered the outputs of all inputs are yielded as they come, those of one input in their
// order, and no input has to wait for another, but for the reader, 16 outputs ahead. Who
// waits keeps its container, and its Timeout goes on: it limits an input with all that it
// waits for.
//
// The iterator may be nil, for no outputs. It is run in the container, once, with the
// context of the attempt. A pair with an error ends the input: the iterator is asked for no
// more, the value beside the error is dropped, and the error comes as the last Output of
// the input, after all the outputs before it. So do a timeout and a crash. When the context
// ends, yield returns false, and outputs that were late are dropped.
//
// What was delivered cannot be taken back, so an input that was begun is never begun again:
// AtMostOnce is always on, the first crash fails an input, and Retries that are not zero are
// refused. Inputs that the crashed container had claimed and not begun run elsewhere. A
// container executes one input at a time: MaxInputs over 1 is refused.
//
// Without ReturnExceptions the first input to fail ends the stream. In order, what is
// finished before it comes first, then its own outputs and its failure, and inputs before
// it that were slower are cut short or missing, as in a Result's case; with Unordered, all
// that was produced comes first. With ReturnExceptions every input comes to its end, and
// only a failure says anything about that.
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
		go s.drain(run)
		defer s.leave(run)
		s.read(yield)
	}
}

// stream begins the run behind a range over a Stream.
func stream[In, Out any](ctx context.Context, fn func(context.Context, In) iter.Seq2[Out, error], inputs iter.Seq[In], opts Options) (*streaming[In, Out], *Run[*pipe[In, Out], struct{}], error) {
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
	if opts.MaxInputs > 1 {
		return nil, nil, invalid("MaxInputs", opts.MaxInputs, "must be 1 for a stream: who waits for the reader would hold up the others of its container")
	}
	s := newStreaming[In, Out](full)
	opts.AtMostOnce = true
	opts.Outstanding = full.Outstanding - s.slack
	run, err := Start(ctx, attemptOf(fn), s.pipes(inputs), opts)
	return s, run, err
}

// attemptOf is what a container executes for an input: it fills the pipe.
//
// That an iterator has ended is said in the pipe, and not left to the run, which may learn
// of a success only when the container has finished more than this one input, for which
// the reader would have to have come that far. A failure the run learns at once. Where the
// context has ended it is for the run alone to say what that makes of the input.
func attemptOf[In, Out any](fn func(context.Context, In) iter.Seq2[Out, error]) func(context.Context, *pipe[In, Out]) (struct{}, error) {
	return func(ctx context.Context, p *pipe[In, Out]) (none struct{}, err error) {
		if outputs := fn(ctx, p.in); outputs != nil {
			for v, err := range outputs {
				if err != nil {
					return none, err
				}
				if !p.push(ctx, v) {
					return none, context.Cause(ctx)
				}
			}
		}
		if ctx.Err() == nil {
			p.end(nil)
		}
		return none, nil
	}
}

// pipes wraps each input into a pipe. A nil iterator is left to [Start].
func (s *streaming[In, Out]) pipes(inputs iter.Seq[In]) iter.Seq[*pipe[In, Out]] {
	if inputs == nil {
		return nil
	}
	return func(yield func(*pipe[In, Out]) bool) {
		for in := range inputs {
			if !yield(s.add(in)) {
				return
			}
		}
	}
}

// drain is the goroutine that takes the results of the run and ends the pipes with them,
// ahead of the reader by the slack. The run is joined when it ends.
func (s *streaming[In, Out]) drain(run *Run[*pipe[In, Out], struct{}]) {
	defer close(s.drained)
	said := false // some output says why the run has ended
	next := 0
	for r := range run.All() {
		if r.Index < 0 {
			continue // run.Wait says it too
		}
		for _, p := range s.missing(next, r.Index) {
			p.drop()
		}
		next = r.Index + 1
		if r.Input.end(r.Err) && r.Err != nil {
			said = true
			if !s.all {
				s.close(nil) // and not only when what runs has ended, which may take Grace
			}
		}
		if !s.ahead() {
			break
		}
	}
	var cause error
	if !said {
		cause = run.Wait()
	}
	s.close(cause)
}

// read is the reader: it yields what the pipes have, until nothing more will come.
func (s *streaming[In, Out]) read(yield func(Output[In, Out]) bool) {
	var failed *pipe[In, Out] // its failure is the last word
	var batch [reach / 2]Out
	for p := s.next(); p != nil; p = s.next() {
		n, over := p.take(batch[:])
		for i := range n {
			out := Output[In, Out]{Index: p.index, Number: p.number, Input: p.in, Value: batch[i]}
			p.number++
			if !yield(out) {
				return
			}
		}
		clear(batch[:n])
		switch {
		case n > 0:
			s.list(p)
		case !over: // it lists itself when it has something
		case p.err == nil:
			s.pass()
		case !s.all:
			failed = p
		case yield(p.failure()):
			s.pass()
		default:
			return
		}
	}
	if failed != nil {
		yield(failed.failure())
	} else if s.cause != nil {
		yield(Output[In, Out]{Index: -1, Err: s.cause})
	}
}

// leave ends the run, if it has not ended by itself, and joins it.
func (s *streaming[In, Out]) leave(run *Run[*pipe[In, Out], struct{}]) {
	s.mu.Lock()
	s.gone = true
	s.mu.Unlock()
	nudge(s.credit)
	run.Stop()
	<-s.drained
}
