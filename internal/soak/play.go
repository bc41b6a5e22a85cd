package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// A play is one performance of a plan, and what was seen of it.
type play struct {
	*plan
	book     *book
	tally    *tally
	progress *atomic.Int64 // the watchdog's
	runtime  supervisor.Runtime
	path     string // of the book, for workers

	first []int // input of each act
	owner []int // act of each input
	began time.Time
	f     *mapper.Function[order, answer]

	enters, exits atomic.Int32
	badExit       atomic.Bool
	ending        atomic.Int64 // when the end of the function began, in nanoseconds since began; 0: not yet
	executing     gauge
	flowing       flowing
	of            []gauge // of each act

	mu       sync.Mutex
	states   []*state
	attempts map[int]int // by input, as its result has them
	values   int         // of calls
	problems []error
}

// problem records a finding.
func (p *play) problem(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.problems) < 20 {
		p.problems = append(p.problems, fmt.Errorf(format, args...))
	}
}

// perform plays a plan and returns what was wrong, the first twenty findings at most.
func perform(ctx context.Context, plan *plan, t *tally, progress *atomic.Int64) error {
	before, err := survey()
	if err != nil {
		return err
	}
	p := newPlay(plan, t, progress)
	if plan.Processes {
		if err := p.employ(); err != nil {
			return err
		}
	}
	defer p.book.close()
	struck := p.strike()
	if plan.Alone {
		p.alone(ctx)
	} else {
		p.deployed(ctx)
	}
	struck()
	if err := before.left(); err != nil {
		p.problem("left behind: %w", err)
	}
	p.verdict()
	t.addAll(p.book.injections())
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.problems...)
}

func newPlay(plan *plan, t *tally, progress *atomic.Int64) *play {
	p := &play{plan: plan, tally: t, progress: progress, began: time.Now(), attempts: map[int]int{}}
	for i, a := range plan.Acts {
		p.first = append(p.first, len(p.owner))
		for range a.Scripts {
			p.owner = append(p.owner, i)
		}
	}
	p.of = make([]gauge, len(plan.Acts))
	p.book = newBook(len(p.owner))
	return p
}

// orders are the inputs of an act.
func (p *play) orders(i int) []order {
	all := make([]order, len(p.Acts[i].Scripts))
	for k, s := range p.Acts[i].Scripts {
		all[k] = order{ID: p.first[i] + k, Script: s, Book: p.path, Joint: p.Joint}
	}
	return all
}

func (p *play) script(id int) script {
	i := p.owner[id]
	return p.Acts[i].Scripts[id-p.first[i]]
}

// options are those of the round, with what a plan cannot hold.
func (p *play) options() mapper.Options {
	o := p.Opts
	o.Runtime = p.runtime
	o.Observer = p.observer()
	o.Rate = p.Flow.limiter()
	return o
}

// context is that of an act.
func (p *play) context(ctx context.Context, a *act) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if a.CancelIn == 0 || a.Does == "cancel" {
		return ctx, cancel
	}
	timer := time.AfterFunc(a.CancelIn, func() { cancel(errCancelled) })
	return ctx, func(cause error) {
		timer.Stop()
		cancel(cause)
	}
}

// A gauge counts who is in, and the most that ever were.
type gauge struct{ now, most atomic.Int64 }

func (g *gauge) enter() {
	n := g.now.Add(1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
		continue
	}
}

func (g *gauge) leave() { g.now.Add(-1) }
