package fleet_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// company is a container of three workers, all of which look for work only when told: their own goroutines
// sleep by now.
func company(t *testing.T) (c *fleet.Container, a, b, other fleet.Worker) {
	p, c := start(t, fleet.Config{MaxInputs: 3}, nothing, sleeps)
	for p.Idle.Idle() < 3 {
		continue
	}
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
	require.True(t, c.Execute(a, true, false))
	require.True(t, c.Beside())
	require.False(t, c.Execute(b, true, false), "b has found one, too")
	require.True(t, c.Execute(b, false, false), "but may execute another")
	joins(t, c, other, false, true)
	c.Leave(other, false, false, false)
	c.Leave(b, false, false, false)
	require.True(t, c.Beside())
	c.Leave(a, true, false, false)
	require.False(t, c.Beside())
	joins(t, c, b, true, false)
	require.True(t, c.Execute(b, true, false))
	c.Leave(b, true, false, false)
}

func TestAloneIsAlone(t *testing.T) {
	t.Parallel()
	c, a, b, _ := company(t)
	joins(t, c, a, true, false)
	require.True(t, c.Execute(a, false, true))
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
	require.False(t, c.Execute(a, true, true), "a is not alone")
	c.Leave(a, false, false, true)
	mayNot(t, c, other)
	mayNot(t, c, a) // b still executes
	c.Leave(b, false, false, true)
	mayNot(t, c, b)
	joins(t, c, a, true, false)
	require.True(t, c.Execute(a, true, true))
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
	mayNot(t, c, other) // a may find what is to be alone
	c.Leave(a, false, false, false)
	joins(t, c, other, true, false)
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
			lot, closed := c.Lot(w, 0)
			require.True(t, closed)
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
		require.True(t, c.Execute(a, false, true))
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
		require.Zero(t, woken(), "it may find what is to be alone")
		require.True(t, c.Execute(a, false, false))
		require.EqualValues(t, 1, woken())
		c.Leave(a, false, false, false)
	})
}

// TestReservationOfASleeper: one that has waited to be alone, and sleeps since it is not its turn to look for work,
// keeps nobody else from that.
func TestReservationOfASleeper(t *testing.T) {
	t.Parallel()
	c, a, b, _ := company(t)
	joins(t, c, a, true, false)
	joins(t, c, b, false, false)
	c.Leave(a, false, false, true)
	c.Leave(b, false, false, false)
	mayNot(t, c, b)
	_, closed := c.Lot(a, 1)
	require.False(t, closed)
	joins(t, c, b, true, false)
	c.Leave(b, false, false, false)
}

func TestOneWorkerNeedsNoCompany(t *testing.T) {
	t.Parallel()
	p, c := start(t, fleet.Config{MaxInputs: 1}, nothing, sleeps)
	w := c.Workers()[0]
	for range 2 {
		joins(t, c, w, true, false)
		require.True(t, c.Execute(w, true, true))
	}
	c.Leave(w, true, true, true)
	require.False(t, c.Closed(w))
	require.False(t, c.Beside())
	lot, closed := c.Lot(w, 0)
	require.Same(t, &p.Idle, lot)
	require.False(t, closed)
}
