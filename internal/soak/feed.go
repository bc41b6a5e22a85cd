package main

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/mapper"
)

// feed submits the inputs of an act to a run, beside its reader.
func (p *play) feed(ctx context.Context, v *view, feed *mapper.Feed[order, answer], err error) {
	if err != nil {
		p.failed(v.i, err)
		return
	}
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		defer feed.Close()
		for o := range p.source(v.i) {
			if err := feed.Submit(ctx, o); err != nil {
				return // the run says why
			}
		}
	}()
	v.run(feed.Run, nil)
	<-fed
}

// submit makes calls that wait for their places, and waits for each of them.
func (p *play) submit(ctx context.Context, i int) {
	var calls []*mapper.Call[answer]
	for _, o := range p.orders(i) {
		c, err := p.f.Submit(ctx, o)
		if errors.Is(err, mapper.ErrQueueFull) {
			p.problem("act %d: Submit does not wait: %w", i, err)
		}
		if err != nil {
			p.failed(i, err)
			break
		}
		calls = append(calls, c)
	}
	p.outcomes(i, calls)
}

// group makes calls that end together.
func (p *play) group(ctx context.Context, i int) {
	g := p.f.Group(ctx)
	var calls []*mapper.Call[answer]
	for _, o := range p.orders(i) {
		c, err := g.Submit(o)
		if err != nil {
			break // Wait says why, or the function has ended
		}
		calls = append(calls, c)
	}
	values, err := g.Wait()
	if len(values) != len(calls) {
		p.problem("act %d: a group of %d calls has %d values, and %w", i, len(calls), len(values), err)
		return
	}
	one, failed := errors.AsType[*mapper.InputError](err)
	for k, c := range calls {
		value, own := c.Poll()
		switch {
		case errors.Is(own, mapper.ErrPending):
			p.problem("act %d: call %d of a group goes on after Wait", i, k)
		case own != nil && failed && one.Index != k && errors.Is(own, one.Err): // it was ended by the one that failed
		case own == nil && value != values[k]:
			p.problem("act %d: call %d has the value %v, and the group %v", i, k, value, values[k])
		default:
			p.called(i, p.first[i]+k, value, own)
		}
		if own != nil && err == nil {
			p.problem("act %d: call %d failed in a group that did not: %w", i, k, own)
		}
	}
}
