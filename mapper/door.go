package mapper

import (
	"context"
	"iter"
	"math"
	"slices"
)

// door is how a run comes to its containers: those of a pool of its own, or those of a
// function. It validates what the caller has given.
type door[In, Out any] func(context.Context) (*engine[In, Out], error)

// alone gives a run a pool of its own, which lives as long as the run.
func alone[In, Out any](b Body[In, Out], opts Options) door[In, Out] {
	return func(ctx context.Context) (*engine[In, Out], error) {
		if err := b.Validate(); err != nil {
			return nil, err
		}
		opts, err := opts.filled()
		if err != nil {
			return nil, err
		}
		if opts.Scale != (Scale{}) {
			return nil, invalid("Scale", opts.Scale, "is for Deploy: a run of its own has Containers")
		}
		if err := b.check(opts.Runtime); err != nil {
			return nil, err
		}
		return newEngine(ctx, newPool(b, opts), opts), nil
	}
}

// startSlice begins a run over a slice. room is how many results wait in a channel.
func startSlice[In, Out any](ctx context.Context, enter door[In, Out], inputs []In, room int) (*Run[In, Out], error) {
	e, err := enter(ctx)
	if err != nil {
		return nil, err
	}
	run := newRun(e, room)
	e.src = newSlice(e, inputs)
	e.deliverTo(min(e.window.size, max(len(inputs), 1)))
	if err := e.start(); err != nil {
		return nil, err
	}
	return run, nil
}

// startSeq begins a run over an iterator.
func startSeq[In, Out any](ctx context.Context, enter door[In, Out], inputs iter.Seq[In], room int) (*Run[In, Out], error) {
	e, err := enter(ctx)
	if err != nil {
		return nil, err
	}
	if inputs == nil {
		inputs = func(func(In) bool) {}
	}
	run := newRun(e, room)
	e.feed = newFeed(e)
	e.src = e.feed
	e.deliverTo(e.window.size)
	if err := e.start(); err != nil {
		return nil, err
	}
	go e.feed.run(inputs, e.sourceEnded)
	return run, nil
}

// deliverTo chooses the outlet of a streaming run.
func (e *engine[In, Out]) deliverTo(window int) {
	if e.opts.Unordered {
		e.results = &pile[In, Out]{}
	} else {
		e.results = newRing[In, Out](window)
	}
	e.out = e.results
}

// collect is a run over a slice whose values go straight to their places.
func collect[In, Out any](ctx context.Context, enter door[In, Out], inputs []In) ([]Out, error) {
	out := make([]Out, len(inputs))
	e, err := enter(ctx)
	if err != nil {
		return out, err
	}
	if len(inputs) == 0 {
		e.cancel(nil)
		return out, nil
	}
	e.bound(math.MaxInt)
	e.src = newSlice(e, inputs)
	s := &sheet[In, Out]{out: out, depot: &e.depot}
	e.out = s
	if err := e.start(); err != nil {
		return out, err
	}
	e.join()
	return out, e.collected(s)
}

// collected is the error of a joined run whose results went to s.
func (e *engine[In, Out]) collected(s *sheet[In, Out]) error {
	if !e.opts.ReturnExceptions {
		return e.reason()
	}
	if cause := e.cause(); cause != nil {
		e.abort()
		for i := e.src.taken(); i < e.src.total(); i++ {
			s.failures = append(s.failures, InputError{Index: i, Err: cause})
		}
	}
	if len(s.failures) == 0 {
		return e.reason()
	}
	slices.SortFunc(s.failures, func(a, b InputError) int { return a.Index - b.Index })
	return &FailuresError{Failures: s.failures, Inputs: len(s.out)}
}
