package mapper

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// ErrClosed is why [Feed.Submit] takes nothing after [Feed.Close].
var ErrClosed = errors.New("mapper: the feed is closed")

// Feed is a run whose inputs are submitted, made by [Open]: for whoever meets them one by one, such as the consumer of a queue.
// (Inputs that are found by attempts are for [Expanding].) Beside its own methods it has those of its [Run], and one reader for
// the results. All are safe for concurrent use.
type Feed[In, Out any] struct {
	*Run[In, Out]
	entry typed.Entry[In]
}

// Open begins a run without inputs, which are to be submitted, and returns the handle to it. It does not block. What is said of
// [Start] holds here, with [Feed.Submit] and [Feed.Close] in the place of the iterator.
func Open[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), opts Options) (*Feed[In, Out], error) {
	return openFeed[In, Out](ctx, plain(fn, opts))
}

// Open is the function [Open] for this body.
func (b Body[In, Out]) Open(ctx context.Context, opts Options) (*Feed[In, Out], error) {
	return openFeed[In, Out](ctx, &alone{body: b.shape, types: b.types, opts: opts})
}

// Open is the function [Open] on the function's containers. Another error is [ErrStopped]. While the feed is not closed,
// [Function.Stop] waits for it.
func (f *Function[In, Out]) Open(ctx context.Context, opts RunOptions) (*Feed[In, Out], error) {
	return openFeed[In, Out](ctx, &runDoor{f.life, f.types, opts})
}

// openFeed begins a run without inputs.
func openFeed[In, Out any](ctx context.Context, d door) (*Feed[In, Out], error) {
	h, err := d.enter(ctx)
	if err != nil {
		return nil, err
	}
	feed := &Feed[In, Out]{Run: &Run[In, Out]{reading: newReading(h, handleRoom)}}
	if h.types.expands != nil {
		f := typed.NewFrontier[In, Out](uniqueOf[In](h.types.expands))
		feed.entry = f.Open(h.takeFrontier(f))
	} else {
		feed.entry = typed.Open[In, Out](h.e.TakeIterator())
	}
	h.queue()
	if err := h.start(); err != nil {
		return nil, err
	}
	return feed, nil
}

// Submit adds an input to the run. It blocks while Outstanding inputs are accepted whose results nobody has read, until the
// reader makes room: so somebody else must read meanwhile, and an attempt that submits to its own run can wait for ever. Several
// who wait go ahead in no certain order. An input's Index is its place among those that were accepted.
//
// Nil means that the input is accepted: it has its Result, as one of an iterator. Otherwise nothing has become of it. The errors
// are the cause of ctx, which is for the wait and not of the input; why the run has ended, as [Run.Wait] has it; and
// [ErrClosed].
func (f *Feed[In, Out]) Submit(ctx context.Context, in In) error {
	err := f.entry.Submit(ctx, in)
	switch err {
	case intake.ErrOver:
		if cause := f.h.e.Cause(); cause != nil {
			return cause
		}
		return ErrClosed
	case intake.ErrClosed:
		return ErrClosed
	}
	return err
}

// Close says that no more inputs come: the run ends when those that were accepted are settled. Who waits in Submit gets
// [ErrClosed]. Close does not wait for the run. To close twice does nothing. A feed that nobody closes goes on until its
// context ends or it is stopped.
func (f *Feed[In, Out]) Close() {
	if f.entry.Close() {
		f.h.sourceEnded(nil)
	}
}
