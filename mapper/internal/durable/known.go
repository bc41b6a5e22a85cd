package durable

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// knowledge is which inputs the log knows. It is set before anybody can claim the input.
type knowledge interface {
	set(i int, yes bool)
	// stretch is how many of the n inputs from lo on are like the first, and whether they are known.
	stretch(lo, n int) (same int, yes bool)
	// forget is told that n known inputs from lo on are looked at no more, unless they are set again.
	forget(lo, n int)
	count() int
}

// known is a bit for each input of a slice.
type known []atomic.Uint64

func newKnown(total int) known { return make(known, (total+63)/64) }

func (k known) set(i int, yes bool) {
	if bit := uint64(1) << (i % 64); yes {
		k[i/64].Or(bit)
	} else {
		k[i/64].And(^bit)
	}
}

func (k known) get(i int) bool { return k[i/64].Load()&(1<<(i%64)) != 0 }

func (k known) count() (n int) {
	for i := range k {
		n += bits.OnesCount64(k[i].Load())
	}
	return n
}

func (k known) stretch(lo, n int) (same int, yes bool) { return stretch(lo, n, k.get) }

func (known) forget(int, int) {}

// pulled is the known inputs of an iterator that were pulled and are not recalled yet. There is no bit for each that may be
// outstanding, with indices that come round: in an unordered run one that waits to be claimed again is passed by others, by
// any number.
type pulled struct {
	some atomic.Int64

	mu  sync.Mutex
	all map[int]struct{}
}

func newPulled() *pulled { return &pulled{all: map[int]struct{}{}} }

func (p *pulled) set(i int, yes bool) {
	if !yes && p.some.Load() == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if yes {
		p.all[i] = struct{}{}
	} else {
		delete(p.all, i)
	}
	p.some.Store(int64(len(p.all)))
}

func (p *pulled) stretch(lo, n int) (same int, yes bool) {
	if p.some.Load() == 0 {
		return n, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return stretch(lo, n, func(i int) bool {
		_, yes := p.all[i]
		return yes
	})
}

func (p *pulled) forget(lo, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := lo; i < lo+n; i++ {
		delete(p.all, i)
	}
	p.some.Store(int64(len(p.all)))
}

func (p *pulled) count() int { return int(p.some.Load()) }

func stretch(lo, n int, get func(int) bool) (same int, yes bool) {
	yes = get(lo)
	for same = 1; same < n && get(lo+same) == yes; same++ {
	}
	return same, yes
}
