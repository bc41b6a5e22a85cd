package event_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/event"
)

// ends are the events that no observer misses.
var ends = []event.Kind{
	event.ContainerCrashed, event.ContainerStopped, event.ContainerAbandoned, event.ExitFailed,
	event.Cutoff, event.CrashLoopOpened, event.CrashLoopClosed, event.RunEnded, event.FunctionStopped,
}

// TestEndsHaveRoom: a queue that is full of news has room for each end of a thousand containers, of runs and of loops.
func TestEndsHaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const containers, flood = 1000, 100_000
		release := make(chan struct{})
		seen := map[event.Kind]int{}
		e := event.NewEvents(selective{func(ev event.Event) {
			<-release
			seen[ev.Kind]++
		}}, 1, "f", containers)
		for _, kind := range []event.Kind{event.AttemptsEnded, event.InputFailed, event.ContainerStarted} {
			for range flood {
				e.Emit(event.Event{Kind: kind})
			}
		}
		for _, kind := range ends {
			for range containers {
				e.Emit(event.Event{Kind: kind})
				if last(kind) {
					break
				}
			}
		}
		close(release)
		e.Close(time.Minute)
		told := 0
		for _, kind := range ends {
			want := containers
			if last(kind) {
				want = 1
			}
			require.Equal(t, want, seen[kind], kind)
		}
		for _, n := range seen {
			told += n
		}
		require.EqualValues(t, 3*flood+4*containers+5, int64(told)+e.Dropped(), "each is seen or counted")
	})
}

// TestEndsOfASlowObserver: one that Close does not wait for is told of the ends all the same, in order, and of nothing
// else.
func TestEndsOfASlowObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []event.Kind
		e := event.NewEvents(event.ObserverFunc(func(ev event.Event) {
			time.Sleep(time.Minute)
			seen = append(seen, ev.Kind)
		}), 1, "f", 1)
		for range 3 {
			e.Emit(event.Event{Kind: event.InputFailed})
		}
		synctest.Wait() // it has these three in hand
		for _, kind := range ends {
			e.Emit(event.Event{Kind: event.InputFailed})
			e.Emit(event.Event{Kind: kind})
		}
		before := time.Now()
		e.Close(time.Second)
		require.Equal(t, time.Second, time.Since(before))
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, append([]event.Kind{event.InputFailed}, ends...), seen)
		require.EqualValues(t, 2+len(ends), e.Dropped())
	})
}

// TestEndsAreBounded: an observer that is stuck for good costs a bounded number of events.
func TestEndsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 100_000
		release, seen := make(chan struct{}), 0
		e := event.NewEvents(event.ObserverFunc(func(event.Event) {
			<-release
			seen++
		}), 1, "f", 1)
		for range n {
			e.Emit(event.Event{Kind: event.RunEnded})
		}
		require.GreaterOrEqual(t, e.Dropped(), int64(n-2*(4096+512+1024)))
		close(release)
		e.Close(time.Minute)
		require.EqualValues(t, n, int64(seen)+e.Dropped())
	})
}

// last reports what does not come once for each container.
func last(kind event.Kind) bool { return slices.Index(ends, kind) >= 4 }
