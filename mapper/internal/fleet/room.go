package fleet

import (
	"context"
	"math"

	"github.com/longshore-go/longshore/supervisor"
)

// room is for how many containers the runtime has some, for a pool that would have so many, and what is closed when that has
// changed: nil where it never does.
func (p *Pool) room(wish int) (containers int, changed <-chan struct{}) {
	if p.share != nil {
		return p.share.Room(wish)
	}
	if place, ok := p.Runtime.(supervisor.Elastic); ok {
		return place.Room()
	}
	return math.MaxInt, nil
}

// partake has the pool have a share of its own, where the runtime has some.
func (p *Pool) partake() {
	if place, ok := p.Runtime.(supervisor.Shared); ok {
		p.share = place.Share(p.events.Emit)
	}
}

// startWithin is StartAlone where the room changes. The pool lasts as long as its context, or until it is dismissed: it may
// have no container at all for a while.
func (p *Pool) startWithin(
	ctx context.Context, cancel context.CancelCauseFunc, containers int, left func() (unfinished int, more bool),
) {
	f := &follower{
		p: p, most: containers, left: left,
		news: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	p.follower = f
	unfinished, _ := left()
	p.grown.Store(int64(min(containers, unfinished)))
	p.Idle.Help(f.help)
	p.Idle.Helpful(true)
	p.Start(ctx, cancel, containers, int(p.grown.Load()))
	go f.run()
	f.help() // those that are wanted now may be all
}

// help is asked for when there is work and no worker sleeps.
func (f *follower) help() {
	unfinished, _ := f.left()
	n := int64(min(f.most, unfinished))
	for had := f.p.grown.Load(); had < n; had = f.p.grown.Load() {
		if f.p.grown.CompareAndSwap(had, n) {
			f.look()
			break
		}
	}
	if n == int64(f.most) {
		f.p.Idle.Helpful(false)
	}
}

func (f *follower) look() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// want is how many containers there is work for. In a fleet that is shared, others are to have what the end of a run has none
// for.
func (f *follower) want() int {
	want := int(f.p.grown.Load())
	if n, more := f.left(); f.p.share != nil && !more {
		want = min(want, max(n, 1))
	}
	return want
}

// rested is told that a container has found nothing to do. Each look at all of them is for a good part, or ten thousand would
// be looked at ten thousand times.
func (f *follower) rested() {
	had := int(f.wanted.Load())
	if f.want() <= had-max(had/8, 1) {
		f.look()
	}
}

// run is the follower's goroutine.
func (f *follower) run() {
	defer close(f.done)
	for {
		want := f.want()
		f.wanted.Store(int64(want))
		room, changed := f.p.room(want)
		f.follow(min(room, want))
		select {
		case <-changed:
		case <-f.news:
		case <-f.p.ctx.Done():
			return
		case <-f.quit:
			return
		}
	}
}

// follow has as many containers as are wanted. Of those that are too many the first to go are the ones that still
// wait for room.
func (f *follower) follow(want int) {
	if f.p.Over() {
		return
	}
	f.p.sup.Load().Scale(want) // before any retires, or it would be replaced
	n := f.p.census()
	for c := range f.p.Containers {
		if n.present > want && !c.Disowned() && !c.Halted() && !c.serving() {
			c.Retire()
			n.present--
		}
	}
	for _, c := range n.surplus(want, want) {
		c.Retire()
	}
}

// end waits for the goroutine, which has nothing left to do.
func (f *follower) end() {
	f.once.Do(func() { close(f.quit) })
	<-f.done
}
