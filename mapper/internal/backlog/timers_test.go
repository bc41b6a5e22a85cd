package backlog_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

var anyone = backlog.Taker{Lineage: 9, Others: 3, Alone: true}

// TestRetriesAreDueInTheirOrder, at the same time the lowest first, and neither before their time
// nor after.
func TestRetriesAreDueInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(9)
		defer r.Stop()
		for _, seconds := range []int{3, 1, 2, 1, 9} {
			r.retryNext(time.Duration(seconds) * time.Second)
		}
		require.Equal(t, 5, r.Count())
		require.False(t, r.Any())
		time.Sleep(time.Second - 1)
		synctest.Wait()
		require.False(t, r.Any())
		for _, c := range []struct {
			wait time.Duration
			want []string
		}{
			{1, []string{"1", "3", "nothing"}},
			{time.Second, []string{"2", "nothing"}},
			{time.Hour, []string{"0", "4", "nothing"}},
		} {
			time.Sleep(c.wait)
			synctest.Wait()
			for _, want := range c.want {
				require.Equal(t, want, say(r.Take(anyone, 5)))
			}
		}
	})
}

// TestRemovedRetryWakesNobody: nor does it keep the next one waiting.
func TestRemovedRetryWakesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(9)
		defer r.Stop()
		first := r.retryNext(time.Second)
		second := r.retryNext(time.Minute)
		require.True(t, r.Remove(first))
		require.False(t, r.Remove(first))
		require.False(t, r.Remove(&chunk.Task{}))
		time.Sleep(time.Second)
		synctest.Wait()
		require.False(t, r.Any())
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Same(t, second, r.Take(anyone, 1).Chunk.Task)
		require.Zero(t, r.Count())
	})
}

// TestStoppedBacklogRetriesNothing, whatever comes after, and gives up what it has.
func TestStoppedBacklogRetriesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(9, func(cfg *backlog.Config) { cfg.Deployed = true })
		early := r.retryNext(time.Second)
		r.Stop()
		late := r.retryNext(time.Second)
		struck := r.crashNext(1)
		aside := r.claim(1).TaskOf(0)
		r.SetAside(aside)
		r.Return(r.claim(2))
		r.wakes()
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Empty(t, r.wakes())
		tasks, chunks := r.Unsettled()
		require.ElementsMatch(t, []*chunk.Task{early, late, struck, aside}, tasks)
		require.Len(t, chunks, 1)
		require.Zero(t, r.Count())
	})
	synctest.Test(t, func(*testing.T) { newRoom(1).Stop() }) // that never had a timer
}

// TestDeployedWaits: without its control a struck input waits longer each time, and its container
// is woken when the wait is over.
func TestDeployedWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(1, func(cfg *backlog.Config) { cfg.Deployed, cfg.Limit = true, 8 })
		defer r.Stop()
		task := r.claim(1).TaskOf(0)
		for _, seconds := range []int{1, 2, 4, 8, 16, 30, 30} {
			wait := time.Duration(seconds) * time.Second
			require.False(t, r.Crash(task, backlog.Crash{Lineage: 1, Looping: true}))
			r.Rerun(task)
			r.wakes()
			time.Sleep(wait - 1)
			synctest.Wait()
			require.Equal(t, "nothing", say(r.Take(anyone, 1)), "%v", wait)
			require.Empty(t, r.wakes())
			require.False(t, r.For(anyone))
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			require.Equal(t, []int{1}, r.wakes())
			require.True(t, r.For(anyone))
			require.Same(t, task, r.Take(anyone, 1).Chunk.Task)
		}
		require.True(t, r.Crash(task, backlog.Crash{Lineage: 1, Looping: true}), "every input ends")
	})
}

// TestTimerThatIsEarly, by the run's clock, comes again.
func TestTimerThatIsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Int64
		r := newRoom(9)
		cfg := r.Config
		cfg.Now = func() time.Duration { return r.now() - time.Duration(slow.Load()) }
		r.Init(cfg)
		defer r.Stop()
		r.retryNext(time.Second)
		slow.Store(int64(time.Millisecond))
		time.Sleep(time.Second)
		synctest.Wait()
		require.False(t, r.Any())
		time.Sleep(time.Millisecond)
		synctest.Wait()
		require.True(t, r.Any())
	})
}

// TestClearedCrashesAreForgotten, as far as there were any.
func TestClearedCrashesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(9)
		task := r.claim(1).TaskOf(0)
		r.Cleared(task)
		for range 2 { // three would fail it
			require.False(t, r.Crash(task, backlog.Crash{Certain: true}))
			require.False(t, task.Alone)
			require.False(t, r.Crash(task, backlog.Crash{Certain: true}))
			require.True(t, task.Alone)
			r.Cleared(task)
			require.Zero(t, task.Crashes)
		}
	})
}

// TestControlOfAPool: the runs of a function have one, and what finishes in one of them is a
// control in the other.
func TestControlOfAPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := newRoom(9)
		r := newRoom(9, func(cfg *backlog.Config) { cfg.Control = &other.control })
		require.False(t, other.control.Finished(other.now()), "nobody waits")
		r.crashNext(1)
		require.Equal(t, "nothing", say(r.Take(anyone, 1)), "what finished while nobody waited is forgotten")
		require.True(t, other.control.Finished(other.now()))
		require.False(t, other.control.Finished(0), "that is no news")
		require.Equal(t, "0 struck", say(r.Take(anyone, 1)))
		require.False(t, other.control.Finished(other.now()), "nobody waits any more")
	})
}

// TestControlOfARunThatIsOver: its struck inputs, and those that come back to it late, wait for no control any more;
// those of the other runs of the function still do.
func TestControlOfARunThatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := newRoom(9)
		r := newRoom(9, func(cfg *backlog.Config) { cfg.Control = &other.control })
		late := r.claim(1).TaskOf(0)
		r.crashNext(1)
		other.crashNext(1)
		r.Stop()
		r.Stop()
		r.crash(late, 1)
		require.True(t, other.control.Finished(other.now()), "the other's waits")
		require.Equal(t, "0 struck", say(other.Take(anyone, 1)))
		time.Sleep(time.Second)
		require.False(t, other.control.Finished(other.now()), "nobody does")
		r.Unsettled()
		other.crashNext(1)
		require.True(t, other.control.Finished(other.now()))
	})
}
