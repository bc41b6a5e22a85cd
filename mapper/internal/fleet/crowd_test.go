package fleet_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
)

// kind is a kind of input.
type kind struct{ struck, alone bool }

// crowd is inputs of all kinds, for the workers of one container.
type crowd struct {
	p *fleet.Pool

	mu     sync.Mutex
	inputs []kind
	left   int
	over   chan struct{}

	executing, struck, alone atomic.Int32
	wrong                    atomic.Int32 // were executed beside what they must not
}

func (d *crowd) any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.inputs) > 0
}

func (d *crowd) take() (k kind, ok, more bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.inputs) == 0 {
		return kind{}, false, false
	}
	k, d.inputs = d.inputs[0], d.inputs[1:]
	return k, true, len(d.inputs) > 0
}

// giveBack is to be done later, so that whoever waits to be alone is not the only one with work.
func (d *crowd) giveBack(k kind) {
	d.mu.Lock()
	d.inputs = append(d.inputs, k)
	d.mu.Unlock()
	d.p.Idle.Nudge()
}

func (d *crowd) execute(k kind) {
	count := func(by int32) {
		if k.struck && d.struck.Add(by) > 1 {
			d.wrong.Add(1)
		}
		if k.alone {
			d.alone.Add(by)
		}
		if n := d.executing.Add(by); by > 0 && n > 1 && d.alone.Load() > 0 {
			d.wrong.Add(1)
		}
	}
	count(1)
	for range 5 { // others come meanwhile
		runtime.Gosched()
	}
	count(-1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left--; d.left == 0 {
		close(d.over)
	}
}

// serve is the life of a worker: as that of a real one, but for what an input is.
func (d *crowd) serve(w *worker) {
	ends := func() bool { return w.c.Halted() || d.p.Over() }
	for !ends() {
		if ok, _, _ := w.c.Join(w); ok {
			k, found, more := d.take()
			if more {
				d.p.Idle.Nudge()
			}
			executes := found && w.c.Execute(w, k.struck, k.alone)
			switch {
			case executes:
				d.execute(k)
				w.c.Leave(w, k.struck, k.alone, false)
				continue
			case found:
				d.giveBack(k)
			}
			w.c.Leave(w, false, false, found)
		}
		lot, closed := w.c.Lot(w, w.slot)
		lot.Sleep(w.wakeup, 0, func() bool { return ends() || ((closed || d.any()) && !w.c.Closed(w)) })
	}
}

// TestNobodySleepsForEver has many inputs of all kinds: no two struck ones are together, nothing is
// beside one that is to be alone, and all are executed. If a wake were lost, this test would not
// end.
func TestNobodySleepsForEver(t *testing.T) {
	t.Parallel()
	const inputs, workers = 8000, 4
	d := &crowd{left: inputs, over: make(chan struct{})}
	for i := range inputs {
		d.inputs = append(d.inputs, kind{struck: i%3 == 0, alone: i%5 == 0})
	}
	ready := make(chan struct{})
	p, _ := start(t, fleet.Config{MaxInputs: workers}, d.any, func(w *worker) {
		<-ready
		d.serve(w)
	})
	d.p = p
	close(ready)
	<-d.over
	require.Zero(t, d.wrong.Load())
}
