package main

import (
	"context"
	"errors"
	"slices"

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
	case "submit":
		p.submit(ctx, i)
	case "group":
		p.group(ctx, i)
	case "feed":
		feed, err := p.f.Open(ctx, a.Opts)
		p.feed(ctx, v, feed, err)
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
