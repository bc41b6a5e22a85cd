package main

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper"
)

// body makes the body of the round, anew for each redeploy.
func (p *play) body() mapper.Body[order, answer] { return p.Flow.limit(p.unlimited()) }

func (p *play) unlimited() mapper.Body[order, answer] {
	if p.Processes {
		return workerBody(p.plan)
	}
	switch p.Body {
	case "state":
		return mapper.WithState(p.enter, func(ctx context.Context, s *state, o order) (answer, error) {
			defer p.use(s)()
			return p.attempt(ctx, o)
		}, p.exit)
	case "batched":
		return mapper.Batched(p.book.batch, p.Batch)
	case "batched-state":
		return mapper.BatchedWithState(p.enter, func(ctx context.Context, s *state, orders []order) ([]answer, error) {
			defer p.use(s)()
			return p.book.batch(ctx, orders)
		}, p.exit, p.Batch)
	}
	return mapper.Plain(p.attempt)
}

// attempt looks at how many there are, beside what the script says. One that gets no processor before its time is up may
// be over when it begins. A second attempt may be faster than the first, and come to its first line before.
func (p *play) attempt(ctx context.Context, o order) (answer, error) {
	p.executing.enter()
	defer p.executing.leave()
	of := &p.of[p.owner[o.ID]]
	of.enter()
	defer of.leave()
	defer p.flowing.pass(p.Flow, o.ID)()
	a, ok := mapper.AttemptFrom(ctx)
	most := p.book.read(o.ID, begun) + 1
	if p.Opts.Hedge.On() {
		most++
	}
	if p.Opts.Timeout > 0 {
		most = max(most, a.Attempt) // the container of one before may have been given up before its first line
	}
	if (!ok && ctx.Err() == nil) || a.Attempt > most {
		p.problem("AttemptFrom says %+v, %v at attempt %d of input %d", a, ok, most, o.ID)
	}
	return p.book.attempt(ctx, o)
}

// outputs is the function of a stream: as many as its number says, then what its script says.
func (p *play) outputs(ctx context.Context, o order) iter.Seq2[answer, error] {
	return func(yield func(answer, error) bool) {
		for range outputsOf(o.ID) {
			if !yield(right(o.ID), nil) {
				return
			}
		}
		if _, err := p.attempt(ctx, o); err != nil {
			yield(answer{}, err)
		}
	}
}

func outputsOf(id int) int { return id % 40 }

// A state is that of one container. It knows who uses it.
type state struct{ using, exits atomic.Int32 }

func (p *play) use(s *state) func() {
	if s.using.Add(1) > int32(max(p.Opts.MaxInputs, 1)) {
		p.problem("a state is used by more than MaxInputs attempts")
	}
	if s.exits.Load() > 0 {
		p.problem("a state is used after its exit")
	}
	return func() { s.using.Add(-1) }
}

func (p *play) enter(ctx context.Context) (*state, error) {
	st := nth(p.Enters, p.enters.Add(1))
	if err := p.threshold(ctx, st); err != nil {
		return nil, err
	}
	s := &state{}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.states = append(p.states, s)
	return s, nil
}

func (p *play) exit(ctx context.Context, s *state) error {
	if s.using.Load() != 0 {
		p.problem("a state is exited in use")
	}
	if s.exits.Add(1) != 1 {
		p.problem("a state is exited again")
	}
	st := nth(p.Exits, p.exits.Add(1))
	if st.Does != "ok" {
		p.badExit.Store(true)
	}
	return p.threshold(ctx, st)
}

// threshold is what happens on the way in or out.
func (p *play) threshold(ctx context.Context, st step) error {
	p.tally.add("enter or exit: " + st.Does)
	if more, err := spend(ctx, st); !more {
		return err
	}
	switch st.Does {
	case "error":
		return errOwn
	case "panic":
		panic("boom at the door")
	case "goexit":
		runtime.Goexit()
	case "obey":
		<-ctx.Done()
		return errors.Join(errOwn, context.Cause(ctx))
	case "late":
		<-ctx.Done()
	}
	return nil
}

func nth(steps []step, n int32) step {
	if int(n) > len(steps) {
		return step{Does: "ok"}
	}
	return steps[n-1]
}
