package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// deployed plays a function: all acts at their times, and its end.
func (p *play) deployed(ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p.tally.add("function: " + p.Body)
	f, err := mapper.Deploy(ctx, p.body(), p.options())
	if err != nil {
		p.problem("Deploy: %w", err)
		return
	}
	p.f = f
	var all sync.WaitGroup
	for i := range p.Acts {
		all.Go(func() {
			time.Sleep(p.Acts[i].At)
			p.tally.add("act: " + p.Acts[i].Does)
			p.do(context.WithoutCancel(ctx), i)
			p.progress.Add(1)
		})
	}
	time.Sleep(p.EndAt)
	p.end(ctx, cancel)
	all.Wait()
	p.ended()
}

// end ends the function in the way of the plan.
func (p *play) end(ctx context.Context, cancel context.CancelCauseFunc) {
	p.ending.Store(int64(time.Since(p.began)))
	p.tally.add("function ends: " + p.EndBy)
	stop := context.WithoutCancel(ctx)
	switch p.EndBy {
	case "context":
		cancel(errCancelled)
	case "hurry":
		hurried, done := context.WithTimeout(stop, p.Within)
		defer done()
		p.stop(hurried)
	}
	p.stop(stop)
	<-p.f.Done()
}

func (p *play) stop(ctx context.Context) {
	p.stopped(p.f.Stop(ctx))
	p.progress.Add(1)
}

// stopped looks at what Stop returned.
func (p *play) stopped(err error) {
	_, exit := errors.AsType[*mapper.ExitError](err)
	switch {
	case err == nil || exit && p.mayExitBadly():
	case p.EndBy == "context" && errors.Is(err, errCancelled):
	case p.EndBy == "hurry" && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, mapper.ErrStopped)):
	case p.mayCutOff() && isCutoff(err):
	default:
		p.problem("Stop: %w", err)
	}
}

// ended looks at a function that has ended: it does nothing any more.
func (p *play) ended() {
	_, err := p.f.Call(context.Background(), order{ID: -1})
	p.after(err, p.f.Stats())
}

// after looks at the error of a call after the end, and compares the numbers with what was seen.
func (p *play) after(err error, s mapper.FunctionStats) {
	if !errors.Is(err, mapper.ErrStopped) {
		p.problem("a call after the end: %w", err)
	}
	if s.Runs != 0 || s.Calls != 0 || s.Waiting != 0 || s.Running != 0 || s.Retrying != 0 {
		p.problem("something is left after the end: %+v", s)
	}
	p.mu.Lock()
	values := p.values
	p.mu.Unlock()
	if s.Succeeded < values {
		p.problem("%d calls had values, and Stats says that %d succeeded", values, s.Succeeded)
	}
}
