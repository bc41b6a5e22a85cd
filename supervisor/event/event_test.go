package event_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/event"
)

func TestEventsNobodyWatches(t *testing.T) {
	t.Parallel()
	e := event.NewEvents(nil, 1, "", 1)
	require.Nil(t, e)
	e.Emit(event.Event{})
	require.Zero(t, e.Dropped())
	e.Close(time.Hour)
}

// TestEventsInOrder checks that an observer who keeps up sees everything, in order, stamped, up to Close.
func TestEventsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []event.Event
		e := event.NewEvents(event.ObserverFunc(func(ev event.Event) { seen = append(seen, ev) }), 1, "f", 1)
		epoch := time.Now()
		for i := range 10_000 {
			e.Emit(event.Event{Kind: event.InputFailed, Input: i})
			if i%1000 == 999 {
				time.Sleep(time.Millisecond)
			}
		}
		e.Close(time.Hour)
		require.Equal(t, 10*time.Millisecond, time.Since(epoch), "Close waits no longer than it must")
		require.Len(t, seen, 10_000)
		for i, ev := range seen {
			require.Equal(t, i, ev.Input)
			require.Equal(t, epoch.Add(time.Duration(i/1000)*time.Millisecond), ev.Time)
		}
		require.Zero(t, e.Dropped())
	})
}

// TestEventsStuckObserver checks that the queue is bounded, what it cannot hold is counted, and Close waits for Grace.
func TestEventsStuckObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var seen atomic.Int64
		e := event.NewEvents(event.ObserverFunc(func(event.Event) {
			<-release
			seen.Add(1)
		}), 1, "f", 1)
		const n = 100_000
		for i := range n {
			e.Emit(event.Event{Kind: event.InputFailed, Input: i})
		}
		dropped := e.Dropped()
		require.Positive(t, dropped)
		require.Less(t, dropped, int64(n))
		before := time.Now()
		e.Close(3 * time.Second)
		require.Equal(t, 3*time.Second, time.Since(before))
		close(release)
		synctest.Wait()
		require.Equal(t, int64(n), seen.Load()+e.Dropped(), "each event is seen or counted")
	})
}

// TestEventsBadObserver checks that an observer who panics or leaves harms nobody.
func TestEventsBadObserver(t *testing.T) {
	t.Run("panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			seen := 0
			e := event.NewEvents(event.ObserverFunc(func(ev event.Event) {
				if ev.Input%2 == 0 {
					panic("broken")
				}
				seen++
			}), 1, "f", 1)
			for i := range 100 {
				e.Emit(event.Event{Kind: event.InputFailed, Input: i})
			}
			e.Close(time.Hour)
			require.Equal(t, 50, seen)
			require.EqualValues(t, 50, e.Dropped())
		})
	})
	t.Run("leaves", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := event.NewEvents(event.ObserverFunc(func(event.Event) { runtime.Goexit() }), 1, "f", 1)
			for range 5000 {
				e.Emit(event.Event{Kind: event.RunEnded})
			}
			before := time.Now()
			e.Close(time.Minute)
			require.LessOrEqual(t, time.Since(before), time.Minute)
		})
	})
}
