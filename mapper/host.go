package mapper

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// host is a container as the mapper sees it: an instance of the body, and the workers
// that execute inputs with it, one for each input that it may have at once.
type host[In, Out any] struct {
	p        *pool[In, Out]
	c        *supervisor.Container
	release  *release[In, Out]
	instance instance[In, Out]
	slots    []*worker[In, Out]
	only     [1]*worker[In, Out] // slots, where there is one
	first    worker[In, Out]

	phase    atomic.Int32
	killed   atomic.Bool  // at once, by its mapper
	retiring atomic.Bool  // takes nothing any more, and ends
	lost     atomic.Bool  // given up: whatever it still does is nobody's business
	left     atomic.Int64 // inputs that it may still take, if it is recycled after some
	crash    atomic.Pointer[supervisor.CrashError]
	executed atomic.Bool // it crashed while it executed something
	stale    atomic.Bool // that was in a crash before, or was asked to end

	slotsLeft sync.WaitGroup // workers of several
	stuck     bool           // one of them has outlived the crash of another by Grace

	expiry *time.Timer // of its age; nil: it has none

	busy      atomic.Int32 // workers that have something to do
	idleSince atomic.Int64 // on the pool's clock, while none has
}

// The phases of a host, which say what to do about one that outlives its pool.
const (
	entering int32 = iota
	working
	exiting
)

func (p *pool[In, Out]) newHost(c *supervisor.Container) *host[In, Out] {
	h := &host[In, Out]{p: p, c: c, release: p.release.Load()}
	h.instance = h.release.body.instance
	h.idleSince.Store(int64(p.now()))
	h.first.init(h, 0)
	h.slots = h.only[:]
	h.slots[0] = &h.first
	for i := 1; i < p.opts.MaxInputs; i++ {
		w := new(worker[In, Out])
		w.init(h, i)
		h.slots = append(h.slots, w)
	}
	if n := p.opts.Recycle.Inputs; n > 0 {
		h.left.Store(p.opts.Recycle.inputs())
	}
	return h
}

// serve is the life of one container.
func (p *pool[In, Out]) serve(ctx context.Context, c *supervisor.Container) error {
	h := p.seatIn(c)
	if !p.plain() {
		if err := h.enter(ctx); err != nil {
			return err
		}
		c.Ready()
		p.unready.Store(nil)
	}
	h.phase.Store(working)
	p.changed()
	h.age()
	defer h.exitIfLost()
	if crash := h.work(); crash != nil {
		return crash
	}
	h.exit()
	p.vacate(h)
	return nil
}

// seatIn makes the host of a container and shows it to whoever looks at all of them. A
// redeploy first changes the release and then looks, so here the order is the other one.
func (p *pool[In, Out]) seatIn(c *supervisor.Container) *host[In, Out] {
	for {
		h := p.newHost(c)
		(*p.seats.Load())[c.Lineage()].Store(h)
		if h.release == p.release.Load() {
			return h
		}
	}
}

// vacate notes that a container has ended.
func (p *pool[In, Out]) vacate(h *host[In, Out]) {
	(*p.seats.Load())[h.c.Lineage()].CompareAndSwap(h, nil)
	p.changed()
}

// work has the container's workers execute inputs until the container ends. It returns the
// crash of one that has others beside it, or that is somewhere else; a lone one panics.
func (h *host[In, Out]) work() *supervisor.CrashError {
	if len(h.slots) == 1 {
		return h.first.serve()
	}
	return h.workTogether()
}

// giveUp takes whatever the container has in hand away from it, since it is lost, and
// has it replaced. Whoever has a verdict on an attempt settles that first.
func (h *host[In, Out]) giveUp() {
	if h.instance.remote != nil {
		h.interrupt(ErrInterrupted)
		h.kill(ErrInterrupted)
		return
	}
	h.lost.Store(true)
	h.interrupt(ErrInterrupted)
	h.surrender()
	h.c.Abandon()
}

// surrender has what the workers have in hand executed elsewhere, and reports whether
// that was anything.
func (h *host[In, Out]) surrender() bool {
	any := false
	for _, w := range h.slots {
		any = w.surrenderTo(verdict{}) || any
	}
	return any
}

// crashed is told of each crash, on the dying goroutine.
func (p *pool[In, Out]) crashed(c *supervisor.Container, crash *supervisor.CrashError) supervisor.Evidence {
	h := p.host(c)
	if h == nil {
		return supervisor.Evidence{}
	}
	h.crash.Store(crash)
	if h.phase.Load() == entering {
		p.unready.Store(crash)
	}
	if h.lost.Load() {
		h.exitIfLost() // or, where its goroutine is stuck, when that comes back
	} else {
		switch {
		case h.phase.Load() != working || len(h.slots) > 1:
		case h.first.out != nil:
			h.first.lostRemotely(crash)
		default:
			h.first.crashed(crash)
		}
		h.exitAfterCrash()
	}
	p.vacate(h)
	return supervisor.Evidence{Idle: !h.executed.Load(), Fresh: !h.stale.Load(), InReach: !p.spent()}
}

// abandoned is asked about a container that has outlived the pool for Grace: whether it
// is in the user's code, and so to be given up. An exit has a grace of its own.
func (p *pool[In, Out]) abandoned(c *supervisor.Container) bool {
	h := p.host(c)
	if h == nil {
		return false
	}
	switch h.phase.Load() {
	case entering:
		h.lost.Store(true)
		return true
	case working:
		if h.instance.remote != nil {
			h.killAtEnd(context.Cause(p.ctx))
			return false
		}
		if !h.surrender() {
			return false
		}
		h.lost.Store(true)
		return true
	default:
		return false
	}
}
