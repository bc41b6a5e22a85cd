package event_test

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/event"
)

// picky wants some kinds.
type picky struct {
	kinds []event.Kind
	seen  []event.Event
}

func (p *picky) Wants(kind event.Kind) bool { return slices.Contains(p.kinds, kind) }

func (p *picky) Observe(ev event.Event) { p.seen = append(p.seen, ev) }

// TestObserversApart: an observer that is stuck keeps nothing from another, and is the only one to lose events.
func TestObserversApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 20_000
		release := make(chan struct{})
		stuck := event.ObserverFunc(func(event.Event) { <-release })
		quick := &picky{kinds: []event.Kind{event.InputFailed}}
		e := event.NewEvents(event.Observers{stuck, nil, event.Observers{quick}}, 7, "f", 1)
		for i := range n {
			e.Emit(event.Event{Kind: event.InputFailed, Input: i})
			if i%1000 == 0 {
				synctest.Wait()
			}
		}
		e.Close(time.Second)
		require.Len(t, quick.seen, n)
		for i, ev := range quick.seen {
			require.Equal(t, []any{i, uint64(7), "f", int64(0)}, []any{ev.Input, ev.Pool, ev.Function, ev.Dropped})
		}
		require.Positive(t, e.Dropped())
		close(release)
	})
}

// TestObserverWants: each is told of the kinds that it wants, and by default not of those that come in numbers.
func TestObserverWants(t *testing.T) {
	t.Parallel()
	none, some := &picky{}, &picky{kinds: []event.Kind{event.AttemptsEnded}}
	e := event.NewEvents(event.Observers{none, some}, 1, "", 1)
	require.True(t, e.Wanted(event.AttemptsEnded))
	require.False(t, e.Wanted(event.RunEnded))
	e.Emit(event.Event{Kind: event.RunEnded})
	e.Emit(event.Event{Kind: event.AttemptsEnded})
	e.Close(time.Minute)
	require.Empty(t, none.seen)
	require.Len(t, some.seen, 1)

	var all []event.Kind
	e = event.NewEvents(event.ObserverFunc(func(ev event.Event) { all = append(all, ev.Kind) }), 1, "", 1)
	for _, kind := range []event.Kind{event.RunEnded, event.AttemptsEnded, event.ContainerPrinted, event.Cutoff} {
		e.Emit(event.Event{Kind: kind})
	}
	e.Close(time.Minute)
	require.Equal(t, []event.Kind{event.RunEnded, event.Cutoff}, all)
}

// TestObserverKeepsRoom: what comes in numbers does not push out the news of a crash.
func TestObserverKeepsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var crashes, attempts int
		e := event.NewEvents(selective{func(ev event.Event) {
			<-release
			if ev.Kind == event.AttemptsEnded {
				attempts++
			} else {
				crashes++
			}
		}}, 1, "", 1)
		for range 100_000 {
			e.Emit(event.Event{Kind: event.AttemptsEnded})
		}
		for range 400 {
			e.Emit(event.Event{Kind: event.ContainerCrashed})
		}
		close(release)
		e.Close(time.Second)
		require.Equal(t, 400, crashes)
		require.Positive(t, attempts)
		require.EqualValues(t, 100_000, int64(attempts)+e.Dropped())
	})
}

type selective struct{ observe func(event.Event) }

func (selective) Wants(event.Kind) bool { return true }

func (s selective) Observe(ev event.Event) { s.observe(ev) }

// TestEventsTell: each observer is reached, and one that panics is counted and harms nobody.
func TestEventsTell(t *testing.T) {
	t.Parallel()
	a, b := &picky{}, &picky{}
	e := event.NewEvents(event.Observers{a, b}, 1, "", 1)
	var told []event.Observer
	e.Tell(func(o event.Observer) {
		told = append(told, o)
		panic("broken")
	})
	e.Close(time.Minute)
	require.Equal(t, []event.Observer{a, b}, told)
	require.EqualValues(t, 2, e.Dropped())
	var nobody *event.Events
	nobody.Tell(func(event.Observer) { t.Error("told nobody") })
}

// TestEventJSON: what says something is there, what is secret is not.
func TestEventJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 4, 5, 6, 7000, time.UTC)
	for name, c := range map[string]struct {
		ev   event.Event
		want string
	}{
		"least": {
			event.Event{Time: at, Kind: event.RunEnded, Container: -1, Lineage: -1, Input: -1},
			`{"time":"2026-11-22T04:05:06.000007Z","kind":"run_ended"}`,
		},
		"attempts": {
			event.Event{
				Time: at, Kind: event.AttemptsEnded, Function: "<f>", Pool: 1, Run: 2, Attempt: 1, Count: 4, Failed: 1,
				Took: time.Millisecond, Value: "secret", Dropped: 5, Err: fmt.Errorf("reading: %w", io.ErrUnexpectedEOF),
			},
			`{"time":"2026-11-22T04:05:06.000007Z","kind":"attempts_ended","function":"<f>","pool":1,"run":2,"container":0,"lineage":0,"input":0,` +
				`"attempt":1,"count":4,"failed":1,"took_ns":1000000,"dropped":5,"error":{"text":"reading: unexpected EOF","type":"*errors.errorString"}}`,
		},
	} {
		got, err := json.Marshal(c.ev)
		require.NoError(t, err)
		require.JSONEq(t, c.want, string(got), name)
	}
}
