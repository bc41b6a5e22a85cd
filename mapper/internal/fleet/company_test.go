package fleet_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// company is a container of three workers, all of which look for work only when told.
func company(t *testing.T) (c *fleet.Container, a, b, other fleet.Worker) {
	_, c = start(t, fleet.Config{MaxInputs: 3}, nothing, sleeps)
	w := c.Workers()
	return c, w[0], w[1], w[2]
}

// joins has a worker look for work.
func joins(t *testing.T, c *fleet.Container, w fleet.Worker, alone, beside bool) {
	t.Helper()
	require.False(t, c.Closed(w))
	ok, isAlone, isBeside := c.Join(w)
	require.True(t, ok)
	require.Equal(t, alone, isAlone)
	require.Equal(t, beside, isBeside)
}

// mayNot has a worker be told that it must not look for work now.
func mayNot(t *testing.T, c *fleet.Container, w fleet.Worker) {
	t.Helper()
	require.True(t, c.Closed(w))
	ok, _, _ := c.Join(w)
	require.False(t, ok)
}

func TestNoTwoStruckTogether(t *testing.T) {
	t.Parallel()
	c, a, b, other := company(t)
	joins(t, c, a, true, false)
	joins(t, c, b, false, false)
	require.True(t, c.Execute(true, false))
	require.True(t, c.Beside())
	require.False(t, c.Execute(true, false), "b has found one, too")
	require.True(t, c.Execute(false, false), "but may execute another")
	joins(t, c, other, false, true)
	c.Leave(other, false, false, false)
	c.Leave(b, false, false, false)
	require.True(t, c.Beside())
	c.Leave(a, true, false, false)
	require.False(t, c.Beside())
	joins(t, c, b, true, false)
	require.True(t, c.Execute(true, false))
	c.Leave(b, true, false, false)
}

func TestAloneIsAlone(t *testing.T) {
	t.Parallel()
	c, a, b, _ := company(t)
	joins(t, c, a, true, false)
	require.True(t, c.Execute(false, true))
	mayNot(t, c, b)
	c.Leave(a, false, true, false)
	joins(t, c, b, true, false)
	c.Leave(b, false, false, false)
}

// TestReserved: who must be alone has the container empty itself, and then is the first.
func TestReserved(t *testing.T) {
	t.Parallel()
	c, a, b, other := company(t)
	joins(t, c, a, true, false)
	joins(t, c, b, false, false)
	require.False(t, c.Execute(true, true), "a is not alone")
	c.Leave(a, false, false, true)
	mayNot(t, c, other)
	mayNot(t, c, a) // b still executes
	c.Leave(b, false, false, true)
	mayNot(t, c, b)
	joins(t, c, a, true, false)
	require.True(t, c.Execute(true, true))
	mayNot(t, c, other)
	c.Leave(a, true, true, false)
	joins(t, c, other, true, false)
	joins(t, c, b, false, false)
	c.Leave(b, false, false, false)
	c.Leave(other, false, false, true)
	joins(t, c, b, true, false) // nobody was there to wait for
	c.Leave(b, false, false, false)
}

// TestReservedForNothing: if there is nothing for it any more, others may join again.
func TestReservedForNothing(t *testing.T) {
	t.Parallel()
	c, a, b, other := company(t)
	joins(t, c, a, true, false)
	joins(t, c, b, false, false)
	c.Leave(a, false, false, true)
	c.Leave(b, false, false, false)
	joins(t, c, a, true, false)
	joins(t, c, other, false, false)
	c.Leave(a, false, false, false)
	joins(t, c, b, false, false)
	c.Leave(b, false, false, false)
	c.Leave(other, false, false, false)
}

// TestWhoMayJoinIsWoken from the sleep of those who must not look for work.
func TestWhoMayJoinIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a, b, _ := company(t)
		var awake atomic.Int32
		sleep := func(w fleet.Worker) {
			lot := c.Lot(w, 0)
			go func() {
				lot.Sleep(park.NewWakeup(), 0, func() bool { return !c.Closed(w) })
				awake.Add(1)
			}()
		}
		woken := func() int32 {
			synctest.Wait()
			return awake.Swap(0)
		}
		joins(t, c, a, true, false)
		require.True(t, c.Execute(false, true))
		sleep(b)
		require.Zero(t, woken(), "a is alone")
		c.Leave(a, false, true, false)
		require.EqualValues(t, 1, woken())

		joins(t, c, a, true, false)
		joins(t, c, b, false, false)
		c.Leave(a, false, false, true)
		sleep(a)
		require.Zero(t, woken(), "b still executes")
		c.Leave(b, false, false, false)
		require.EqualValues(t, 1, woken())
		sleep(b)
		require.Zero(t, woken(), "a is the first")
		joins(t, c, a, true, false)
		require.EqualValues(t, 1, woken())
		c.Leave(a, false, false, false)
	})
}

func TestOneWorkerNeedsNoCompany(t *testing.T) {
	t.Parallel()
	p, c := start(t, fleet.Config{MaxInputs: 1}, nothing, sleeps)
	w := c.Workers()[0]
	for range 2 {
		joins(t, c, w, true, false)
		require.True(t, c.Execute(true, true))
	}
	c.Leave(w, true, true, true)
	require.False(t, c.Closed(w))
	require.False(t, c.Beside())
	require.Same(t, &p.Idle, c.Lot(w, 0))
}

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
			executes := found && w.c.Execute(k.struck, k.alone)
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
		w.c.Lot(w, w.slot).Sleep(w.wakeup, 0, func() bool { return ends() || (d.any() && !w.c.Closed(w)) })
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
