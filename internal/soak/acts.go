package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// do does an act and waits for what comes of it.
func (p *play) do(ctx context.Context, i int) {
	a := &p.Acts[i]
	ctx, cancel := p.context(ctx, a)
	defer cancel(nil)
	v := p.newView(i, cancel)
	switch a.Does {
	case "call":
		value, err := p.f.Call(ctx, p.orders(i)[0])
		p.called(i, p.first[i], value, err)
	case "spawn", "cancel":
		p.spawn(ctx, i)
	case "gather":
		p.gather(ctx, i)
	case "collect":
		values, err := p.f.Collect(ctx, p.orders(i), a.Opts)
		p.collected(i, collected{values: values, err: err})
	case "map":
		v.channel(p.f.Map(ctx, p.orders(i), a.Opts))
	case "mapseq":
		v.channel(p.f.MapSeq(ctx, p.source(i), a.Opts))
	case "all", "results":
		v.run(p.f.Start(ctx, p.source(i), a.Opts))
	default:
		p.meddle(a)
	}
}

// meddle is what an operator does.
func (p *play) meddle(a *act) {
	switch a.Does {
	case "look":
		_, _, _ = p.f.Stats(), p.f.Scale(), p.f.Options()
	case "scale":
		if err := p.f.SetScale(a.Scale); err != nil && !errors.Is(err, mapper.ErrStopped) {
			p.problem("SetScale: %w", err)
		}
	case "redeploy":
		if err := p.f.Redeploy(context.Background(), p.body()); err != nil && !errors.Is(err, mapper.ErrStopped) && !p.mayCutOff() {
			p.problem("Redeploy: %w", err)
		}
	default:
		if id, ok := p.container(a.Nth); !ok {
			return
		} else if a.Does == "drain" {
			p.f.Drain(id)
		} else {
			p.f.Preempt(id)
		}
	}
}

// container picks one of those there are.
func (p *play) container(nth int) (int, bool) {
	all := slices.DeleteFunc(p.f.Stats().Pool.Containers, func(c supervisor.ContainerInfo) bool { return c.ID < 0 })
	if len(all) == 0 {
		return 0, false
	}
	return all[nth%len(all)].ID, true
}

// spawn makes several calls at once, and waits for each of them.
func (p *play) spawn(ctx context.Context, i int) {
	a := &p.Acts[i]
	calls, err := p.f.SpawnAll(ctx, p.orders(i))
	if len(calls) < len(a.Scripts) || err != nil {
		p.failed(i, err)
	}
	if a.Does == "cancel" {
		time.Sleep(a.CancelIn)
		for _, c := range calls {
			c.Cancel()
		}
	}
	for k, c := range calls {
		value, err := c.Get(context.Background())
		p.called(i, p.first[i]+k, value, err)
		if again, same := c.Poll(); again != value || !sameError(same, err) {
			p.problem("input %d settled as %v, %v, and as %v, %v", p.first[i]+k, value, err, again, same)
		}
	}
}

// gather makes several calls and waits for all of them at once; then for those that go on.
func (p *play) gather(ctx context.Context, i int) {
	calls, err := p.f.SpawnAll(ctx, p.orders(i))
	if len(calls) < len(p.Acts[i].Scripts) {
		p.failed(i, err)
	}
	values, err := mapper.Gather(context.Background(), calls...)
	one, failed := errors.AsType[*mapper.InputError](err)
	if err != nil && !failed || len(values) != len(calls) {
		p.problem("Gather of %d: %d values, %w", len(calls), len(values), err)
	}
	for k, c := range calls {
		value, cause := c.Get(context.Background())
		p.called(i, p.first[i]+k, value, cause)
		switch {
		case err == nil && (cause != nil || values[k] != value):
			p.problem("Gather has %v of input %d, and its call %v, %v", values[k], p.first[i]+k, value, cause)
		case failed && one.Index == k && !sameError(one.Err, cause):
			p.problem("Gather says that input %d failed by %v, and its call by %v", p.first[i]+k, one.Err, cause)
		}
	}
}

// sameError compares without ==, which panics for errors that are no comparable values.
func sameError(x, y error) bool {
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	return x.Error() == y.Error()
}
