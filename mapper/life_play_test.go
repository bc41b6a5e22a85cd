package mapper_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// patience is how long a drain may take: a crash loop with its backoffs, and no more.
const patience = 24 * time.Hour

func (p *livePlay) playDeployed(ctx context.Context) error {
	f, err := mapper.Deploy(ctx, p.body(), p.s.Opts)
	if err != nil {
		return err
	}
	p.f = f
	var all sync.WaitGroup
	for i := range p.s.Deeds {
		all.Go(func() {
			time.Sleep(p.s.Deeds[i].At)
			p.do(ctx, i)
		})
	}
	time.Sleep(p.s.StopAt)
	p.stop(ctx)
	all.Wait()
	<-f.Done()
	if live := f.Stats().Pool.Live; live != 0 {
		p.problem("%d containers live after the end", live)
	}
	return nil
}

func (p *livePlay) stop(ctx context.Context) {
	in := patience
	if p.s.StopIn > 0 {
		in = p.s.StopIn
	}
	ctx, cancel := context.WithTimeout(ctx, in)
	defer cancel()
	err := p.f.Stop(ctx)
	_, exit := errors.AsType[*mapper.ExitError](err)
	p.mu.Lock()
	exit = exit && p.badExit
	p.mu.Unlock()
	switch {
	case err == nil || exit:
	case !errors.Is(err, context.DeadlineExceeded):
		p.problem("Stop: %w", err)
	case p.s.StopIn == 0:
		p.problem("not drained: %+v", p.f.Stats())
	}
}

// hurried says that what is not drained is ended: whatever fails may say that it was stopped.
func (p *livePlay) hurried() bool {
	return p.s.StopIn > 0 && time.Since(p.began) >= p.s.StopAt+p.s.StopIn
}

func (p *livePlay) playAlone(ctx context.Context) {
	d, o := &p.s.Deeds[0], p.s.Opts
	o.ReturnExceptions, o.Unordered, o.Outstanding = d.Opts.ReturnExceptions, d.Opts.Unordered, d.Opts.Outstanding
	ctx, cancel := p.ctx(ctx, d)
	defer cancel()
	if d.Does == "collect" {
		values, err := p.body().Collect(ctx, p.inputs(0), o)
		p.collected(0, values, err)
		return
	}
	run, err := p.body().Start(ctx, slices.Values(p.inputs(0)), o)
	p.read(0, run, err)
}

// ctx is the context of a deed.
func (p *livePlay) ctx(ctx context.Context, d *deed) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if d.EndIn > 0 && d.Does != "cancel" {
		time.AfterFunc(d.EndIn, func() { cancel(errCancelled) })
	}
	return ctx, func() { cancel(nil) }
}

func (p *livePlay) inputs(i int) []int {
	var in []int
	for k := range p.s.Deeds[i].Scripts {
		in = append(in, p.first[i]+k)
	}
	return in
}

// do does a deed to the function and waits for what comes of it.
func (p *livePlay) do(ctx context.Context, i int) {
	d := &p.s.Deeds[i]
	ctx, cancel := p.ctx(ctx, d)
	defer cancel()
	switch d.Does {
	case "call":
		v, err := p.f.Call(ctx, p.first[i])
		p.settled(i, p.first[i], v, err)
	case "spawn", "cancel":
		p.spawn(ctx, i)
	case "run":
		run, err := p.f.Start(ctx, slices.Values(p.inputs(i)), d.Opts)
		p.read(i, run, err)
	case "collect":
		values, err := p.f.Collect(ctx, p.inputs(i), d.Opts)
		p.collected(i, values, err)
	case "scale":
		if err := p.f.SetScale(d.Scale); err != nil && !errors.Is(err, mapper.ErrStopped) {
			p.problem("SetScale: %w", err)
		}
	case "redeploy":
		p.redeploy(ctx)
	default:
		p.end(d)
	}
}

// end asks one of the containers there are to end.
func (p *livePlay) end(d *deed) {
	c := p.f.Stats().Pool.Containers
	c = slices.DeleteFunc(c, func(c supervisor.ContainerInfo) bool { return c.ID < 0 })
	switch {
	case len(c) == 0:
	case d.Does == "drain":
		p.f.Drain(c[d.Nth%len(c)].ID)
	default:
		p.f.Preempt(c[d.Nth%len(c)].ID)
	}
}

func (p *livePlay) redeploy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := p.f.Redeploy(ctx, p.body()); err != nil && !errors.Is(err, mapper.ErrStopped) {
		p.problem("Redeploy: %w", err)
	}
}

// spawn makes several calls at once, and waits for them.
func (p *livePlay) spawn(ctx context.Context, i int) {
	d := &p.s.Deeds[i]
	calls, err := p.f.SpawnAll(ctx, p.inputs(i))
	if len(calls) < len(d.Scripts) {
		if err == nil {
			p.problem("%d of %d calls, and no error", len(calls), len(d.Scripts))
		}
		p.settled(i, p.first[i]+len(calls), 0, err)
	}
	if d.Does == "cancel" {
		time.Sleep(d.EndIn)
		for _, c := range calls {
			c.Cancel()
		}
	}
	for k, c := range calls {
		v, err := c.Get(context.Background())
		p.settled(i, p.first[i]+k, v, err)
		if again, same := c.Poll(); again != v || same != err {
			p.problem("a call of %d settled with %v, %v and with %v, %v", p.first[i]+k, v, err, again, same)
		}
	}
}

// read reads the results of a run.
func (p *livePlay) read(i int, run *mapper.Run[int, int], err error) {
	if err != nil {
		p.settled(i, -1, 0, err)
		return
	}
	v := &view{p: p, deed: i, last: -1, seen: map[int]bool{}}
	v.readAll(run.All())
	if !v.left {
		v.whole(run.Wait())
	}
}

func (v *view) readAll(results iter.Seq[mapper.Result[int, int]]) {
	for r := range results {
		v.result(r)
		if v.n == v.p.s.Deeds[v.deed].Leave {
			v.left = true
			return
		}
	}
}
