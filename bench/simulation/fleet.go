package simulation

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// How a fleet is found to be: that of a local network, and of supervisor/cluster's defaults.
const (
	way     = time.Millisecond // of a request and its reply
	silence = 3 * time.Second  // after which a machine is given up
	away    = time.Minute      // until it is back
)

// Fleet is a supervisor.Elastic of machines that do not exist.
type Fleet struct {
	slots int                     // of each machine
	work  func(int) time.Duration // of the input with that index
	began time.Time

	begun    atomic.Int64 // containers that have begun to work
	full     atomic.Int64 // when the last slot had its first input, in ns since began; 0: not yet
	sent     atomic.Int64 // chunks
	executed atomic.Int64 // inputs
	out      atomic.Int64 // inputs that were out when their machine was lost

	mu      sync.Mutex
	all     []*machine
	room    int
	free    []*machine    // one for each free slot; some may be lost
	changed chan struct{} // closed when the room has changed
	freed   chan struct{} // closed when a slot is free where none was
	losses  int           // of machines
}

// machine is one from its start until it is lost.
type machine struct {
	silent chan struct{} // closed when nothing comes from it any more
	gone   chan struct{} // closed when it is given up
}

func newMachine() *machine { return &machine{make(chan struct{}), make(chan struct{})} }

// NewFleet has machines with so many slots each; work is what an input takes there.
func NewFleet(machines, slots int, work func(index int) time.Duration) *Fleet {
	f := &Fleet{
		slots: slots, work: work, began: time.Now(), all: make([]*machine, machines),
		changed: make(chan struct{}), freed: make(chan struct{}),
	}
	for i := range f.all {
		f.join(i)
	}
	return f
}

// join has the machine with that number be there. The caller holds mu, if anybody else may see the fleet.
func (f *Fleet) join(i int) {
	m := newMachine()
	f.all[i] = m
	for range f.slots {
		f.free = append(f.free, m)
	}
	f.room += f.slots
	f.ring()
}

// ring tells that the room has changed. The caller holds mu.
func (f *Fleet) ring() {
	close(f.changed)
	f.changed = make(chan struct{})
	f.ringFreed()
}

func (f *Fleet) ringFreed() {
	close(f.freed)
	f.freed = make(chan struct{})
}

// Lose loses a machine again and again, a hundredth of them in each minute, until ctx ends. All that it began has ended when it
// returns.
func (f *Fleet) Lose(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	dice := rand.New(rand.NewPCG(1, 2))
	tick := time.NewTicker(time.Minute * 100 / time.Duration(len(f.all)))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			all.Go(func() { f.lose(ctx, dice.IntN(len(f.all))) })
		case <-ctx.Done():
			return
		}
	}
}

// lose has the machine with that number be lost, and come back.
func (f *Fleet) lose(ctx context.Context, i int) {
	f.mu.Lock()
	m := f.all[i]
	f.all[i] = nil
	if m != nil {
		f.losses++
		close(m.silent)
	}
	f.mu.Unlock()
	if m == nil {
		return // it is already
	}
	pause(ctx, silence)
	f.mu.Lock()
	close(m.gone)
	f.room -= f.slots
	f.ring()
	f.mu.Unlock()
	pause(ctx, away)
	f.mu.Lock()
	f.join(i)
	f.mu.Unlock()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// Losses is how many machines were lost.
func (f *Fleet) Losses() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.losses
}

// Room implements supervisor.Elastic.
func (f *Fleet) Room() (containers int, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.room, f.changed
}

// Check implements supervisor.Runtime.
func (*Fleet) Check(any) error { return nil }

// Open implements supervisor.Runtime. It waits for a free slot.
func (f *Fleet) Open(ctx context.Context, _ supervisor.Launch) (supervisor.Instance, error) {
	for {
		m, freed := f.take()
		if m != nil {
			pause(ctx, way)
			return &container{f: f, m: m}, nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, supervisor.ErrLost
		}
	}
}

// take takes a free slot, or returns what is closed when there may be one.
func (f *Fleet) take() (m *machine, freed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := len(f.free) - 1; n >= 0; n-- {
		m, f.free = f.free[n], f.free[:n]
		if !isClosed(m.gone) {
			return m, nil
		}
	}
	return nil, f.freed
}

// give gives a slot back.
func (f *Fleet) give(m *machine) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.free = append(f.free, m)
	f.ringFreed()
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
