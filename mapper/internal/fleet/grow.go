package fleet

import (
	"context"

	"github.com/longshore-go/longshore/supervisor"
)

// The containers of a run that has the pool to itself come as its inputs do: never more than there were unfinished
// inputs at some time. So an iterator of three inputs starts three of a thousand containers.

// StartAlone is Start for a pool that is over with its work. left is how many inputs are known by now that are not settled, and
// whether there may be more at some time.
func (p *Pool) StartAlone(
	ctx context.Context, cancel context.CancelCauseFunc, containers int, left func() (unfinished int, more bool),
) {
	if _, elastic := p.Runtime.(supervisor.Elastic); elastic {
		p.startWithin(ctx, cancel, containers, left)
		return
	}
	unfinished := func() int {
		n, _ := left()
		return n
	}
	first := min(containers, max(unfinished(), 1))
	p.grown.Store(int64(first))
	p.Idle.Help(func() {
		if p.full.Load() {
			p.Burst.WakeOne()
		} else {
			p.grow(containers, unfinished())
		}
	})
	p.Idle.Helpful(true)
	if first == containers {
		p.grownUp()
	}
	p.Start(ctx, cancel, containers, first)
}

// grow has as many containers as there are unfinished inputs, if that is more than before.
func (p *Pool) grow(containers, unfinished int) {
	n := int64(min(containers, unfinished))
	for had := p.grown.Load(); had < n; had = p.grown.Load() {
		if p.grown.CompareAndSwap(had, n) {
			p.sup.Load().More(int(n - had))
			break
		}
	}
	if n == int64(containers) {
		p.grownUp()
	}
}

// Dismiss has no container start any more, and the pool end with those that live.
func (p *Pool) Dismiss() { p.sup.Load().Dismiss() }

// grownUp notes that no further container will be started: the workers beyond the target are called upon now.
func (p *Pool) grownUp() {
	if p.full.Swap(true) {
		return
	}
	p.Idle.Helpful(p.TargetInputs < p.MaxInputs)
	for p.Burst.WakeOne() {
		continue
	}
}
