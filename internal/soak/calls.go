package main

import (
	"context"
	"errors"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// An outcome is what a call came to.
type outcome struct {
	value answer
	err   error
}

// same compares errors by text: == panics for those that are no comparable values.
func (o outcome) same(with outcome) bool {
	if o.err == nil || with.err == nil {
		return o == with
	}
	return o.value == with.value && o.err.Error() == with.err.Error()
}

// spawn makes several calls at once, and waits for each of them.
func (p *play) spawn(ctx context.Context, i int) {
	a := &p.Acts[i]
	calls := p.spawned(ctx, i)
	if a.Does == "cancel" {
		time.Sleep(a.CancelIn)
		for _, c := range calls {
			c.Cancel()
		}
	}
	p.outcomes(i, calls)
}

// gather makes several calls and waits for all of them at once; then for those that go on.
func (p *play) gather(ctx context.Context, i int) {
	calls := p.spawned(ctx, i)
	values, err := mapper.Gather(context.Background(), calls...)
	p.gathered(i, values, err, p.outcomes(i, calls))
}

func (p *play) spawned(ctx context.Context, i int) []*mapper.Call[answer] {
	calls, err := p.f.SpawnAll(ctx, p.orders(i))
	if len(calls) < len(p.Acts[i].Scripts) || err != nil {
		p.failed(i, err)
	}
	return calls
}

// outcomes waits for calls, and looks at what they came to. A call is asked again: it has
// settled once.
func (p *play) outcomes(i int, calls []*mapper.Call[answer]) []outcome {
	all := make([]outcome, len(calls))
	for k, c := range calls {
		var again outcome
		all[k].value, all[k].err = c.Get(context.Background())
		again.value, again.err = c.Poll()
		p.called(i, p.first[i]+k, all[k].value, all[k].err)
		p.stays(p.first[i]+k, all[k], again)
	}
	return all
}

func (p *play) stays(id int, first, again outcome) {
	if !first.same(again) {
		p.problem("input %d settled as %v, and as %v", id, first, again)
	}
}

// gathered compares what Gather returned with what the calls came to.
func (p *play) gathered(i int, values []answer, err error, each []outcome) {
	one, failed := errors.AsType[*mapper.InputError](err)
	if err != nil && !failed || len(values) != len(each) {
		p.problem("act %d: Gather of %d calls: %d values, %w", i, len(each), len(values), err)
		return
	}
	for k, o := range each {
		switch {
		case err == nil && !o.same(outcome{values[k], nil}):
			p.problem("act %d: Gather has %v of call %d, which came to %v", i, values[k], k, o)
		case failed && one.Index == k && !o.same(outcome{answer{}, one.Err}):
			p.problem("act %d: Gather says that call %d failed by %w, and it came to %v", i, k, one.Err, o)
		}
	}
}
