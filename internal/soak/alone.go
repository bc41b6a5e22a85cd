package main

import (
	"context"

	"github.com/longshore-go/longshore/mapper"
)

// alone plays a run of its own, by the door that its one act says.
func (p *play) alone(ctx context.Context) {
	a, o := &p.Acts[0], p.options()
	o.ReturnExceptions, o.Unordered, o.Outstanding = a.Opts.ReturnExceptions, a.Opts.Unordered, a.Opts.Outstanding
	ctx, cancel := p.context(ctx, a)
	defer cancel(nil)
	p.tally.add("run of its own: " + a.Does + ", " + p.Body)
	body, in := p.body(), p.orders(0)
	v := p.newView(0, cancel)
	switch a.Does {
	case "collect":
		p.collected(0, p.collect(ctx, body, in, o))
	case "each":
		p.collected(0, collected{err: p.eachOf(ctx, body, in, o)})
	case "feed":
		feed, err := body.Open(ctx, o)
		p.feed(ctx, v, feed, err)
	case "map":
		v.channel(body.Map(ctx, in, o))
	case "mapseq":
		v.channel(body.MapSeq(ctx, p.source(0), o))
	case "stream":
		p.stream(ctx, v, o)
	default:
		run, err := p.start(ctx, body, o)
		v.run(run, err)
	}
}

// collect goes through the door for plain functions where it can.
func (p *play) collect(ctx context.Context, body mapper.Body[order, answer], in []order, o mapper.Options) collected {
	var c collected
	if p.Body == "plain" && !p.Flow.bodied() {
		c.values, c.err = mapper.Collect(ctx, p.plain(), in, o)
	} else {
		c.values, c.err = body.Collect(ctx, in, o)
	}
	return c
}

func (p *play) start(ctx context.Context, body mapper.Body[order, answer], o mapper.Options) (*mapper.Run[order, answer], error) {
	if p.Body == "plain" && !p.Flow.bodied() {
		return mapper.Start(ctx, p.plain(), p.source(0), o)
	}
	return body.Start(ctx, p.source(0), o)
}

func (p *play) eachOf(ctx context.Context, body mapper.Body[order, answer], in []order, o mapper.Options) error {
	if p.Flow.bodied() {
		return body.Each(ctx, in, o)
	}
	return mapper.Each(ctx, p.each(), in, o)
}

func (p *play) plain() func(context.Context, order) (answer, error) {
	if p.Processes {
		return obey
	}
	return p.attempt
}

func (p *play) each() func(context.Context, order) error {
	if p.Processes {
		return obeyOnly
	}
	return func(ctx context.Context, o order) error {
		_, err := p.attempt(ctx, o)
		return err
	}
}
