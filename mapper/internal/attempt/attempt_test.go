package attempt_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/supervisor"
)

var errLate = errors.New("late")

// span is what is begun of what is in hand.
type span struct{ begun, end int }

func (s *span) Get() (begun, end int) { return s.begun, s.end }

// worker executes what is in hand: chunks of so many inputs, one after the other.
type worker struct {
	span     span
	lo       int
	deadline time.Time
	asked    bool
	retired  bool
	paused   bool
}

func (w *worker) Attempt(position int) (supervisor.Attempt, bool) {
	return supervisor.Attempt{Index: w.lo + position, Attempt: 1}, position >= 0
}
func (w *worker) Deadline() (time.Time, bool) { return w.deadline, !w.deadline.IsZero() }
func (w *worker) Asked()                      { w.asked = true }
func (w *worker) Retire()                     { w.retired = true }
func (w *worker) Pause()                      { w.paused = true }
func (w *worker) Resume()                     { w.paused = false }

// take takes n inputs in hand, of which lease are begun at a time, and begins the first.
func (w *worker) take(t *testing.T, c *attempt.Contexts, n, lease int) context.Context {
	t.Helper()
	w.span = span{0, n}
	require.True(t, c.Begin(lease))
	return w.next(c, lease)
}

// next begins the next, and returns the context of the first of them.
func (w *worker) next(c *attempt.Contexts, lease int) context.Context {
	w.span.begun += lease
	return attempt.Enter[int](c, w.span.begun-lease)
}

func index(t *testing.T, ctx context.Context) int {
	t.Helper()
	a, ok := ctx.Value(supervisor.AttemptKey{}).(supervisor.Attempting).Attempt()
	require.True(t, ok)
	return a.Index
}

func requireEnded(t *testing.T, ctx context.Context) {
	t.Helper()
	synctest.Wait()
	require.Equal(t, context.Canceled, ctx.Err())
	require.Equal(t, context.Canceled, context.Cause(ctx))
	<-ctx.Done()
}

// bubble runs the test for attempts that may not time out, and for those that may.
func bubble(t *testing.T, f func(*testing.T, *worker, *attempt.Contexts)) {
	for name, late := range map[string]error{"": nil, "with a timeout": errLate, "with a hub": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &worker{}
				var hub *attempt.Hub
				if name == "with a hub" {
					hub = attempt.NewHub(t.Context())
				}
				f(t, w, attempt.New(t.Context(), hub, w, &w.span, late))
			})
		})
	}
}

func TestNobodyAsked(t *testing.T) {
	bubble(t, func(t *testing.T, w *worker, c *attempt.Contexts) {
		first := w.take(t, c, 3, 1)
		require.NoError(t, first.Err())
		require.Equal(t, 0, index(t, first))
		second := w.next(c, 1)
		require.NoError(t, second.Err())
		require.Equal(t, 1, index(t, second))
		require.Equal(t, context.Canceled, first.Err(), "it has returned")
		require.False(t, c.Used())
		w.next(c, 1)
		w.next(c, 1)
		c.Rest()
		w.lo = 3
		fourth := w.take(t, c, 1, 1)
		require.Equal(t, 3, index(t, fourth))
		require.Equal(t, context.Canceled, second.Err())
		require.NotSame(t, first, fourth)
		require.False(t, c.Used())
		require.Zero(t, testing.AllocsPerRun(100, func() {
			c.Rest()
			w.span = span{0, 1}
			if !c.Begin(1) || w.next(c, 1).Err() != nil {
				panic("it executes")
			}
		}))
	})
}

func TestBegunTogether(t *testing.T) {
	bubble(t, func(t *testing.T, w *worker, c *attempt.Contexts) {
		w.take(t, c, 7, 4)
		for i := range 4 {
			require.NoError(t, attempt.Enter[int](c, i).Err())
			require.Equal(t, i, index(t, attempt.Enter[int](c, i)))
		}
		w.next(c, 4)
		for i := range 4 {
			require.Equal(t, context.Canceled, attempt.Enter[int](c, i).Err())
		}
		for i := 4; i < 7; i++ {
			require.NoError(t, attempt.Enter[int](c, i).Err())
			require.Equal(t, i, index(t, attempt.Enter[int](c, i)))
		}
	})
}

func TestEndsAsTheAttemptReturns(t *testing.T) {
	bubble(t, func(t *testing.T, w *worker, c *attempt.Contexts) {
		ctx := w.take(t, c, 2, 1)
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		told := false
		context.AfterFunc(ctx, func() { told = true })
		require.True(t, c.Used())
		require.NoError(t, child.Err())
		next := c.Next()
		requireEnded(t, ctx)
		requireEnded(t, child)
		require.True(t, told)
		second := w.next(next, 1)
		require.NoError(t, second.Err())
		require.Equal(t, 1, index(t, second))
	})
}

// TestAskedLate: who asks after the attempt has returned never waits for long.
func TestAskedLate(t *testing.T) {
	bubble(t, func(t *testing.T, w *worker, c *attempt.Contexts) {
		first := w.take(t, c, 2, 1)
		second := w.next(c, 1)
		child, cancel := context.WithCancel(first)
		defer cancel()
		require.NoError(t, second.Err(), "it executes")
		require.True(t, c.Used())
		c.Next()
		requireEnded(t, child)
		requireEnded(t, second)
	})
	bubble(t, func(t *testing.T, w *worker, c *attempt.Contexts) {
		ctx := w.take(t, c, 1, 1)
		c.Rest()
		require.Equal(t, context.Canceled, ctx.Err())
		_, ok := ctx.Value(supervisor.AttemptKey{}).(supervisor.Attempting).Attempt()
		require.False(t, ok, "nothing executes")
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		requireEnded(t, child)
		require.False(t, c.Begin(1), "it has been said that they have ended")
	})
}

func TestCancel(t *testing.T) {
	cause := errors.New("interrupted")
	for name, c := range map[string]struct{ cause, err error }{
		"interrupted": {cause, context.Canceled},
		"late":        {errLate, context.DeadlineExceeded},
	} {
		for _, asked := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					type key struct{}
					parent := context.WithValue(t.Context(), key{}, "value")
					w := &worker{deadline: time.Now().Add(time.Hour)}
					all := attempt.New(parent, nil, w, &w.span, errLate)
					before := w.take(t, all, 2, 1)
					ctx := w.next(all, 1)
					at, ok := ctx.Deadline()
					require.True(t, ok)
					require.Equal(t, w.deadline, at)
					if asked {
						select {
						case <-ctx.Done():
							t.Fatal("too early")
						default:
						}
					}
					all.Cancel(c.cause)
					for range 2 {
						synctest.Wait()
						<-ctx.Done()
						require.Equal(t, c.err, ctx.Err())
						require.Equal(t, c.cause, context.Cause(ctx))
						require.Equal(t, "value", ctx.Value(key{}))
						child, cancel := context.WithCancel(ctx)
						defer cancel()
						require.Equal(t, c.err, child.Err())
						require.Equal(t, context.Canceled, before.Err())
						all.Next() // as it returns
					}
				})
			})
		}
	}
}

func TestParent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("the caller's")
		at := time.Now().Add(time.Minute)
		parent, stop := context.WithDeadlineCause(t.Context(), at, cause)
		defer stop()
		w := &worker{deadline: at.Add(time.Hour)}
		c := attempt.New(parent, attempt.NewHub(parent), w, &w.span, errLate)
		ctx := w.take(t, c, 1, 1)
		until, ok := ctx.Deadline()
		require.True(t, ok)
		require.Equal(t, at, until)
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, ctx := range []context.Context{ctx, child} {
			require.Equal(t, context.DeadlineExceeded, parent.Err())
			require.Error(t, ctx.Err())
			require.Equal(t, cause, context.Cause(ctx))
		}
	})
}

func TestRetire(t *testing.T) {
	w := &worker{}
	c := attempt.New(t.Context(), nil, w, &w.span, nil)
	w.take(t, c, 1, 1).Value(supervisor.AttemptKey{}).(interface{ Retire() }).Retire()
	require.True(t, w.retired)
}

func TestPause(t *testing.T) {
	w := &worker{}
	c := attempt.New(t.Context(), nil, w, &w.span, errLate)
	clock := w.take(t, c, 1, 1).Value(supervisor.AttemptKey{}).(interface {
		Pause()
		Resume()
	})
	clock.Pause()
	require.True(t, w.paused)
	clock.Resume()
	require.False(t, w.paused)
}

// TestRelease: a parent that lives on forgets the contexts, and one that ends meanwhile is heard.
func TestRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := &counting{}
		parent.Context, parent.cancel = context.WithCancelCause(t.Context())
		w := &worker{}
		c := attempt.New(parent, nil, w, &w.span, nil)
		ctx := w.take(t, c, 9, 1)
		for range 5 {
			ctx.Done()
			require.True(t, w.asked)
			require.Equal(t, 1, parent.children, "one for all")
			c = c.Next()
			ctx = w.next(c, 1)
		}
		ctx.Done()
		c.Release()
		require.Zero(t, parent.children)

		c = attempt.New(parent, nil, w, &w.span, nil)
		w.take(t, c, 2, 1).Done()
		c = c.Next()
		ctx = w.next(c, 1)
		ctx.Done()
		parent.cancel(nil)
		<-ctx.Done()
		require.Equal(t, context.Canceled, ctx.Err())
	})
}

// TestHub: one who asks the parent tells all who have asked and have not let go.
func TestHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := &counting{}
		parent.Context, parent.cancel = context.WithCancelCause(t.Context())
		hub := attempt.NewHub(parent)
		join := func() (*attempt.Contexts, <-chan struct{}) {
			w := &worker{}
			c := attempt.New(parent, hub, w, &w.span, nil)
			return c, w.take(t, c, 1, 1).Done()
		}
		var all []<-chan struct{}
		var left []*attempt.Contexts
		for i := range 100 {
			c, done := join()
			if i%3 == 0 {
				left = append(left, c)
			} else {
				all = append(all, done)
			}
		}
		for _, c := range left {
			c.Release()
			c.Release() // once more is nothing
		}
		require.Equal(t, 1, parent.children, "one for all")
		for _, done := range all {
			select {
			case <-done:
				t.Fatal("too early")
			default:
			}
		}
		parent.cancel(nil)
		for _, done := range all {
			<-done
		}
		late, done := join()
		<-done
		late.Release()
	})
}

// counting is a context that knows how many wait for its end.
type counting struct {
	context.Context
	cancel   context.CancelCauseFunc
	children int
}

func (c *counting) AfterFunc(f func()) func() bool {
	c.children++
	stop := context.AfterFunc(c.Context, f)
	return func() bool {
		c.children--
		return stop()
	}
}

func (c *counting) Value(any) any { return nil } // or the context package would see through it
