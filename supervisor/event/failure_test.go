package event_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/event"
)

// TestObserverThatLeaves: one that calls runtime.Goexit, as a failed assertion does, loses that event and is told the rest.
func TestObserverThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []int
		e := event.NewEvents(event.ObserverFunc(func(ev event.Event) {
			seen = append(seen, ev.Input)
			if ev.Input == 3 {
				runtime.Goexit()
			}
		}), 1, "f", 1)
		for i := range 10 {
			e.Emit(event.Event{Kind: event.InputFailed, Input: i})
		}
		synctest.Wait()
		e.Emit(event.Event{Kind: event.RunEnded, Input: 10})
		e.Close(time.Minute)
		e.Emit(event.Event{Kind: event.RunEnded}) // forgotten
		require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, seen)
		require.EqualValues(t, 1, e.Dropped())
	})
}

//go:noinline
func fail(end func()) { end() }

// TestObserverFailed: what an observer has done instead of returning is told to the others, once.
func TestObserverFailed(t *testing.T) {
	for name, c := range map[string]struct {
		end func()
		did string
	}{
		"panics":            {func() { panic("no room") }, "panicked: no room"},
		"panics with error": {func() { panic(fmt.Errorf("no: %w", errors.New("room"))) }, "panicked: no: room"},
		"leaves":            {runtime.Goexit, "called runtime.Goexit"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bad := event.ObserverFunc(func(event.Event) { fail(c.end) })
				var seen []event.Event
				good := event.ObserverFunc(func(ev event.Event) { seen = append(seen, ev) })
				e := event.NewEvents(event.Observers{bad, good}, 7, "f", 1)
				for i := range 5 {
					e.Emit(event.Event{Kind: event.InputFailed, Input: i})
				}
				e.Emit(event.Event{Kind: event.RunEnded})
				synctest.Wait()
				e.Close(time.Minute)
				require.Len(t, seen, 7)
				require.EqualValues(t, 6, e.Dropped(), "each that it lost is counted")
				var told []event.Event
				for _, ev := range seen {
					if ev.Kind == event.ObserverFailed {
						told = append(told, ev)
					}
				}
				require.Len(t, told, 1)
				require.Equal(t, []any{"f", uint64(7), -1, event.NoInput}, []any{told[0].Function, told[0].Pool, told[0].Container, told[0].Input})
				failure, ok := errors.AsType[*event.ObserverError](told[0].Err)
				require.True(t, ok)
				require.Equal(t, "event: observer event.ObserverFunc "+c.did+" (told of input_failed)", failure.Error())
				require.Contains(t, failure.Stack, "event_test.fail")
				require.Same(t, failure, e.Failure())
			})
		})
	}
	require.Nil(t, (*event.Events)(nil).Failure())
}

// TestObserverThatFailsLast: of a failure with the last event others hear as well.
func TestObserverThatFailsLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late, slow := make(chan struct{}), make(chan struct{})
		bad := event.ObserverFunc(func(event.Event) { <-late; panic("late") })
		var seen []event.Kind
		good := event.ObserverFunc(func(ev event.Event) { <-slow; seen = append(seen, ev.Kind) })
		e := event.NewEvents(event.Observers{bad, good}, 1, "f", 1)
		e.Emit(event.Event{Kind: event.RunEnded})
		go func() {
			synctest.Wait() // Close has closed the queues
			close(late)
			synctest.Wait() // the failure is queued after them
			close(slow)
		}()
		e.Close(time.Minute)
		require.Equal(t, []event.Kind{event.RunEnded, event.ObserverFailed}, seen)
	})
}

// TestWantsThatFails: an observer that fails to say what it wants is told what one that has no wishes is told.
func TestWantsThatFails(t *testing.T) {
	for name, wants := range map[string]func(event.Kind) bool{
		"panics": func(event.Kind) bool { panic("no wish") },
		"leaves": func(event.Kind) bool { runtime.Goexit(); return true },
		"blocks": func(event.Kind) bool { time.Sleep(time.Minute); return true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				seen := 0
				e := event.NewEvents(moody{wants, func(event.Event) { seen++ }}, 1, "f", 1)
				require.True(t, e.Wanted(event.RunEnded))
				require.False(t, e.Wanted(event.AttemptsEnded))
				e.Emit(event.Event{Kind: event.RunEnded})
				e.Close(time.Minute)
				require.Equal(t, 1, seen)
				require.EqualValues(t, 1, e.Dropped())
				require.Contains(t, e.Failure().Error(), "event: observer event_test.moody ")
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

type moody struct {
	wants   func(event.Kind) bool
	observe func(event.Event)
}

func (m moody) Wants(kind event.Kind) bool { return m.wants(kind) }

func (m moody) Observe(ev event.Event) { m.observe(ev) }

// TestTellThatFails: whatever an observer does when it is shown a run, the run starts.
func TestTellThatFails(t *testing.T) {
	for name, tell := range map[string]func(event.Observer){
		"leaves": func(event.Observer) { runtime.Goexit() },
		"blocks": func(event.Observer) { time.Sleep(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				e := event.NewEvents(event.ObserverFunc(func(event.Event) {}), 1, "f", 1)
				e.Tell(tell)
				require.LessOrEqual(t, time.Since(began), time.Second)
				require.EqualValues(t, 1, e.Dropped())
				e.Close(time.Minute)
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

// TestObserversWithinThemselves: a slice of observers that contains itself ends.
func TestObserversWithinThemselves(t *testing.T) {
	t.Parallel()
	seen := 0
	all := event.Observers{nil, event.ObserverFunc(func(event.Event) { seen++ })}
	all[0] = all
	all.Observe(event.Event{})
	require.Equal(t, 16, seen)
}
