package progress

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// asked is an error that finds out whether the lock is held while it is asked.
type asked struct {
	w          *watched
	free, held *int
}

func (e asked) Error() string {
	if e.w.mu.TryLock() {
		e.w.mu.Unlock()
		*e.free++
	} else {
		*e.held++
	}
	return "bad"
}

// viewer is shown a run.
type viewer struct{ mapper.View }

func (v *viewer) Watch(run mapper.View) { v.View = run }

func (v *viewer) Observe(supervisor.Event) {}

// TestErrorsAreAskedWithoutTheLock: a method of the user's may block, and then the bars go on.
func TestErrorsAreAskedWithoutTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v viewer
		nop := func(context.Context, int) error { return nil }
		require.NoError(t, mapper.Each(t.Context(), nop, []int{1}, mapper.Options{Observer: &v}))
		w := newWatched(v.View)
		for _, kind := range []supervisor.Kind{supervisor.InputFailed, supervisor.ContainerCrashed, supervisor.RunEnded} {
			free, held := 0, 0
			w.note(supervisor.Event{Kind: kind, Time: time.Now(), Err: asked{w, &free, &held}})
			require.Contains(t, w.summary(time.Now()), "bad")
			require.Positive(t, free, kind)
			require.Zero(t, held, kind)
		}
	})
}

// restoring is a run whose journal has nearly all of it.
type restoring struct {
	mapper.View
	executed int
}

func (r *restoring) Counts() mapper.Counts {
	return mapper.Counts{Inputs: 20_000, Succeeded: 19_000 + r.executed, Journaled: mapper.Journaled{Restored: 19_000}}
}

// TestRestoredIsNoPace: what the journal had says nothing of how long the rest takes.
func TestRestoredIsNoPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v viewer
		nop := func(context.Context, int) error { return nil }
		require.NoError(t, mapper.Each(t.Context(), nop, []int{1}, mapper.Options{Observer: &v}))
		r := &restoring{View: v.View}
		w := newWatched(r)
		time.Sleep(10 * time.Second)
		r.executed = 100
		s := w.ask(time.Now())
		require.InDelta(t, 10, s.rate, 0.01)
		left, ok := s.eta()
		require.True(t, ok)
		require.InDelta(t, 90, left.Seconds(), 1)
	})
}
