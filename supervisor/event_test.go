package supervisor_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// TestEventsDoNotHoldThePool checks that a pool with a stuck observer crashes, restarts and ends as without one.
func TestEventsDoNotHoldThePool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := supervisor.NewEvents(supervisor.ObserverFunc(func(supervisor.Event) { <-release }), 1, "f", 1)
		ctx, cancel := context.WithCancel(t.Context())
		const n = 5000
		p := supervisor.Start(ctx, supervisor.Config{
			Containers: 1, Plain: true, Crashes: patient, Events: e,
			Serve: func(_ context.Context, c *supervisor.Container) error {
				if c.ID() == n {
					return nil
				}
				c.Finished(1)
				return errBroken
			},
			Crashed: idly,
		})
		before := time.Now()
		<-p.Done()
		require.Zero(t, time.Since(before))
		require.Equal(t, n, p.Snapshot().Crashes)
		require.Greater(t, e.Dropped(), int64(n))
		cancel()
		close(release)
		e.Close(time.Second)
	})
}

// TestEventsOfALife lists the events of one container from its start to the end of the pool.
func TestEventsOfALife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			if c.ID() < 2 {
				return errBroken
			}
			<-ctx.Done()
			return nil
		}})
		time.Sleep(time.Second)
		p.close()
		want := []struct {
			kind      supervisor.Kind
			container int
			crashes   int
		}{
			{supervisor.ContainerStarted, 0, 0},
			{supervisor.ContainerReady, 0, 0},
			{supervisor.ContainerCrashed, 0, 1},
			{supervisor.ContainerStarted, 1, 0},
			{supervisor.ContainerReady, 1, 0},
			{supervisor.ContainerCrashed, 1, 2},
			{supervisor.ContainerStarted, 2, 0},
			{supervisor.ContainerReady, 2, 0},
			{supervisor.ContainerStopped, 2, 0},
		}
		var got []supervisor.Event
		for _, ev := range p.events {
			require.Equal(t, "f", ev.Function)
			require.Equal(t, 0, ev.Lineage)
			require.Equal(t, supervisor.NoInput, ev.Input)
			got = append(got, ev)
		}
		require.Len(t, got, len(want))
		for i, w := range want {
			require.Equal(t, w.kind, got[i].Kind, "event %d", i)
			require.Equal(t, w.container, got[i].Container, "event %d", i)
			require.Equal(t, w.crashes, got[i].Crashes, "event %d", i)
			require.Equal(t, w.crashes > 0, got[i].Err != nil)
		}
		require.Zero(t, got[2].Next, "at once")
		require.Equal(t, got[6].Time, got[5].Next, "the crash says when the next start is")
	})
}

// TestEventJSON: an event with a crash says what is known of it.
func TestEventJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 4, 5, 6, 7000, time.UTC)
	crash := &supervisor.CrashError{
		Container: 3, Phase: supervisor.PhaseInput, Input: 0, Panic: errors.New("boom"), Stack: "main.f()", Kind: "panic",
	}
	got, err := json.Marshal(supervisor.Event{Time: at, Kind: supervisor.ContainerCrashed, Container: 3, Lineage: 1, Input: 0, Crashes: 2, Next: at, Err: crash})
	require.NoError(t, err)
	require.JSONEq(t, `{"time":"2026-11-22T04:05:06.000007Z","kind":"container_crashed","container":3,"lineage":1,"input":0,"crashes":2,`+
		`"next":"2026-11-22T04:05:06.000007Z","error":{"text":"supervisor: container 3 crashed on input 0: panic: boom","type":"*errors.errorString",`+
		`"crash":{"container":3,"phase":"input","input":0,"reason":"panic: boom","kind":"panic","stack":"main.f()"}}}`, string(got))
}

// TestEventJSONOfWildErrors: whatever an error or a panic's value is, an event with it has its JSON, of some size.
func TestEventJSONOfWildErrors(t *testing.T) {
	t.Parallel()
	knot := make([]any, 2)
	knot[0], knot[1] = knot, map[string]any{"knot": knot}
	self := &ouroboros{}
	for name, err := range map[string]error{
		"a knot":             &supervisor.CrashError{Panic: knot},
		"of 100 MB":          &supervisor.CrashError{Panic: strings.Repeat("x", 100<<20)},
		"a nil crash":        (*supervisor.CrashError)(nil),
		"a nil path error":   (*fs.PathError)(nil),
		"a zero cutoff":      &supervisor.CutoffError{},
		"wraps itself":       self,
		"crash wraps itself": &supervisor.CrashError{Err: self},
		"crash of a nil":     &supervisor.CrashError{Panic: (*fs.PathError)(nil)},
	} {
		got, failed := json.Marshal(supervisor.Event{Kind: supervisor.ContainerCrashed, Err: err})
		require.NoError(t, failed, name)
		require.Less(t, len(got), 256<<10, name)
	}
	require.NoError(t, (&supervisor.CutoffError{}).Unwrap())
}

// ouroboros is an error that unwraps to itself.
type ouroboros struct{}

func (o *ouroboros) Error() string { return "ouroboros" }
func (o *ouroboros) Unwrap() error { return o }
