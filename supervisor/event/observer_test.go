package supervisor_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// picky wants some kinds.
type picky struct {
	kinds []supervisor.Kind
	seen  []supervisor.Event
}

func (p *picky) Wants(kind supervisor.Kind) bool { return slices.Contains(p.kinds, kind) }

func (p *picky) Observe(ev supervisor.Event) { p.seen = append(p.seen, ev) }

// TestObserversApart: an observer that is stuck keeps nothing from another, and is the only one to lose events.
func TestObserversApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 20_000
		release := make(chan struct{})
		stuck := supervisor.ObserverFunc(func(supervisor.Event) { <-release })
		quick := &picky{kinds: []supervisor.Kind{supervisor.InputFailed}}
		e := supervisor.NewEvents(supervisor.Observers{stuck, nil, supervisor.Observers{quick}}, 7, "f", 1)
		for i := range n {
			e.Emit(supervisor.Event{Kind: supervisor.InputFailed, Input: i})
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
	none, some := &picky{}, &picky{kinds: []supervisor.Kind{supervisor.AttemptsEnded}}
	e := supervisor.NewEvents(supervisor.Observers{none, some}, 1, "", 1)
	require.True(t, e.Wanted(supervisor.AttemptsEnded))
	require.False(t, e.Wanted(supervisor.RunEnded))
	e.Emit(supervisor.Event{Kind: supervisor.RunEnded})
	e.Emit(supervisor.Event{Kind: supervisor.AttemptsEnded})
	e.Close(time.Minute)
	require.Empty(t, none.seen)
	require.Len(t, some.seen, 1)

	var all []supervisor.Kind
	e = supervisor.NewEvents(supervisor.ObserverFunc(func(ev supervisor.Event) { all = append(all, ev.Kind) }), 1, "", 1)
	for _, kind := range []supervisor.Kind{supervisor.RunEnded, supervisor.AttemptsEnded, supervisor.ContainerPrinted, supervisor.Cutoff} {
		e.Emit(supervisor.Event{Kind: kind})
	}
	e.Close(time.Minute)
	require.Equal(t, []supervisor.Kind{supervisor.RunEnded, supervisor.Cutoff}, all)
}

// TestObserverKeepsRoom: what comes in numbers does not push out the news of a crash.
func TestObserverKeepsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var crashes, attempts int
		e := supervisor.NewEvents(selective{func(ev supervisor.Event) {
			<-release
			if ev.Kind == supervisor.AttemptsEnded {
				attempts++
			} else {
				crashes++
			}
		}}, 1, "", 1)
		for range 100_000 {
			e.Emit(supervisor.Event{Kind: supervisor.AttemptsEnded})
		}
		for range 400 {
			e.Emit(supervisor.Event{Kind: supervisor.ContainerCrashed})
		}
		close(release)
		e.Close(time.Second)
		require.Equal(t, 400, crashes)
		require.Positive(t, attempts)
		require.EqualValues(t, 100_000, int64(attempts)+e.Dropped())
	})
}

type selective struct{ observe func(supervisor.Event) }

func (selective) Wants(supervisor.Kind) bool { return true }

func (s selective) Observe(ev supervisor.Event) { s.observe(ev) }

// TestEventsTell: each observer is reached, and one that panics is counted and harms nobody.
func TestEventsTell(t *testing.T) {
	t.Parallel()
	a, b := &picky{}, &picky{}
	e := supervisor.NewEvents(supervisor.Observers{a, b}, 1, "", 1)
	var told []supervisor.Observer
	e.Tell(func(o supervisor.Observer) {
		told = append(told, o)
		panic(errBroken)
	})
	e.Close(time.Minute)
	require.Equal(t, []supervisor.Observer{a, b}, told)
	require.EqualValues(t, 2, e.Dropped())
	var nobody *supervisor.Events
	nobody.Tell(func(supervisor.Observer) { t.Error("told nobody") })
}

// TestEventJSON: what says something is there, what is secret is not.
func TestEventJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 4, 5, 6, 7000, time.UTC)
	crash := &supervisor.CrashError{
		Container: 3, Phase: supervisor.PhaseInput, Input: 0, Panic: errors.New("boom"), Stack: "main.f()", Kind: "panic",
	}
	for name, c := range map[string]struct {
		ev   supervisor.Event
		want string
	}{
		"least": {
			supervisor.Event{Time: at, Kind: supervisor.RunEnded, Container: -1, Lineage: -1, Input: -1},
			`{"time":"2026-11-22T04:05:06.000007Z","kind":"run_ended"}`,
		},
		"attempts": {
			supervisor.Event{
				Time: at, Kind: supervisor.AttemptsEnded, Function: "<f>", Pool: 1, Run: 2, Attempt: 1, Count: 4, Failed: 1,
				Took: time.Millisecond, Value: "secret", Dropped: 5, Err: fmt.Errorf("reading: %w", io.ErrUnexpectedEOF),
			},
			`{"time":"2026-11-22T04:05:06.000007Z","kind":"attempts_ended","function":"<f>","pool":1,"run":2,"container":0,"lineage":0,"input":0,` +
				`"attempt":1,"count":4,"failed":1,"took_ns":1000000,"dropped":5,"error":{"text":"reading: unexpected EOF","type":"*errors.errorString"}}`,
		},
		"crash": {
			supervisor.Event{Time: at, Kind: supervisor.ContainerCrashed, Container: 3, Lineage: 1, Input: 0, Crashes: 2, Next: at, Err: crash},
			`{"time":"2026-11-22T04:05:06.000007Z","kind":"container_crashed","container":3,"lineage":1,"input":0,"crashes":2,` +
				`"next":"2026-11-22T04:05:06.000007Z","error":{"text":"supervisor: container 3 crashed on input 0: panic: boom","type":"*errors.errorString",` +
				`"crash":{"container":3,"phase":"input","input":0,"reason":"panic: boom","kind":"panic","stack":"main.f()"}}}`,
		},
	} {
		got, err := json.Marshal(c.ev)
		require.NoError(t, err)
		require.JSONEq(t, c.want, string(got), name)
	}
}

// TestObserverThatLeaves: what an observer has not seen that called runtime.Goexit, as a failed assertion does, is
// counted.
func TestObserverThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := 0
		e := supervisor.NewEvents(supervisor.ObserverFunc(func(supervisor.Event) {
			if seen++; seen == 3 {
				runtime.Goexit()
			}
		}), 1, "f", 1)
		for range 10 {
			e.Emit(supervisor.Event{Kind: supervisor.RunEnded})
		}
		synctest.Wait()
		e.Emit(supervisor.Event{Kind: supervisor.RunEnded})
		e.Close(time.Minute)
		e.Emit(supervisor.Event{Kind: supervisor.RunEnded}) // forgotten
		require.Equal(t, 3, seen)
		require.EqualValues(t, 9, e.Dropped())
	})
}
