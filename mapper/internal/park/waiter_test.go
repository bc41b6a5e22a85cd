package park_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/park"
)

func TestWaitReturnsWhenReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := park.NewWaiter()
		var ready, returned atomic.Bool
		var waiting sync.WaitGroup
		waiting.Go(func() {
			w.Wait(ready.Load)
			returned.Store(true)
		})
		for range 3 { // woken for nothing, it sleeps again
			synctest.Wait()
			require.False(t, returned.Load())
			w.Wake()
		}
		synctest.Wait()
		require.False(t, returned.Load())
		ready.Store(true)
		w.Wake()
		waiting.Wait()
		w.Wait(ready.Load)
	})
}

// TestSleepTimesOut also has wakes that nobody waits for, before and after: none of them ends
// a later sleep.
func TestSleepTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := park.NewWaiter()
		sleep := func() time.Duration {
			began := time.Now()
			timer := time.NewTimer(time.Second)
			defer timer.Stop()
			w.Sleep(never, timer.C)
			return time.Since(began)
		}
		w.Wake()
		require.Equal(t, time.Second, sleep())
		w.Wake()
		require.Equal(t, time.Second, sleep())
		time.AfterFunc(time.Millisecond, w.Wake)
		require.Equal(t, time.Millisecond, sleep())
		require.Equal(t, time.Second, sleep())
	})
}

// TestWokenAtTheTimeout has both happen at the same moment; which of them comes first is for
// the scheduler to say: the wake never ends another sleep.
func TestWokenAtTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := park.NewWaiter()
		for range 200 {
			began := time.Now()
			time.AfterFunc(time.Second, w.Wake)
			w.Sleep(never, time.After(time.Second))
			synctest.Wait()
			require.Equal(t, time.Second, time.Since(began))
		}
	})
}

// TestSleepDoesNotSleepWhenReady also where a wake comes while it looks.
func TestSleepDoesNotSleepWhenReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := park.NewWaiter()
		began := time.Now()
		w.Sleep(func() bool { return true }, nil)
		w.Sleep(func() bool { w.Wake(); return true }, nil)
		require.Zero(t, time.Since(began))
		w.Sleep(never, time.After(time.Second))
		require.Equal(t, time.Second, time.Since(began), "no wake was left")
	})
}

// TestWaiterLosesNoWake plays ping-pong between two who wait for each other. A wake that is
// lost leaves both asleep, and this test does not end.
func TestWaiterLosesNoWake(t *testing.T) {
	t.Parallel()
	const rounds = 20_000
	var turn atomic.Int64
	waiters := [2]park.Waiter{park.NewWaiter(), park.NewWaiter()}
	var players sync.WaitGroup
	for me := range int64(2) {
		players.Go(func() {
			for i := me; i < rounds; i += 2 {
				ready := func() bool { return turn.Load() == i }
				if i%3 == 0 {
					waiters[me].Wait(ready)
				}
				for !ready() {
					waiters[me].Sleep(ready, nil)
				}
				turn.Add(1)
				waiters[1-me].Wake()
			}
		})
	}
	players.Wait()
	require.EqualValues(t, rounds, turn.Load())
}
