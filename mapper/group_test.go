package mapper_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

func TestGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 2, Outstanding: 2})
		g := f.Group(t.Context())
		for i := range 10 {
			_, err := g.Submit(i)
			require.NoError(t, err)
		}
		values, err := g.Wait()
		require.NoError(t, err)
		require.Equal(t, []int{0, 1, 4, 9, 16, 25, 36, 49, 64, 81}, values)
		again, err := g.Wait()
		require.NoError(t, err)
		require.Equal(t, values, again)
		_, err = g.Spawn(1)
		require.Equal(t, mapper.ErrClosed, err)
		empty, err := f.Group(t.Context()).Wait()
		require.NoError(t, err)
		require.Empty(t, empty)
	})
}

// stubborn takes a second for each input, whatever its context says, and fails for those below 0.
func stubborn(executing *atomic.Int32) mapper.Body[int, int] {
	return mapper.Plain(func(ctx context.Context, i int) (int, error) {
		executing.Add(1)
		defer executing.Add(-1)
		if i < 0 {
			return 0, policy.Permanent(&ownError{i})
		}
		time.Sleep(time.Second)
		return i, ctx.Err()
	})
}

// TestGroupEnds: one that fails, a cancel and the end of the context end all calls, and Wait joins what executes.
func TestGroupEnds(t *testing.T) {
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		end  func(g *mapper.Group[int, int], last *mapper.Call[int], cancel context.CancelCauseFunc)
		want func(error) bool
	}{
		"a failure": {
			func(g *mapper.Group[int, int], _ *mapper.Call[int], _ context.CancelCauseFunc) { g.Spawn(-7) },
			func(err error) bool {
				in, ok := errors.AsType[*mapper.InputError](err)
				_, own := errors.AsType[*ownError](err)
				return ok && own && in.Index == 4 && in.Attempts == 1
			},
		},
		"a cancel": {
			func(g *mapper.Group[int, int], _ *mapper.Call[int], _ context.CancelCauseFunc) { g.Cancel() },
			func(err error) bool { return err == mapper.ErrCancelled },
		},
		"a call that is cancelled": {
			func(_ *mapper.Group[int, int], last *mapper.Call[int], _ context.CancelCauseFunc) { last.Cancel() },
			func(err error) bool {
				in, ok := errors.AsType[*mapper.InputError](err)
				return ok && in.Index == 3 && errors.Is(err, mapper.ErrCancelled)
			},
		},
		"the context": {
			func(_ *mapper.Group[int, int], _ *mapper.Call[int], cancel context.CancelCauseFunc) { cancel(gone) },
			func(err error) bool { return err == gone },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var executing atomic.Int32
				f := deploy(t, stubborn(&executing), mapper.Options{Containers: 5, Grace: time.Hour})
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				g := f.Group(ctx)
				var last *mapper.Call[int]
				for i := range 4 {
					call, err := g.Spawn(i)
					require.NoError(t, err)
					last = call
				}
				begin := time.Now()
				time.Sleep(500 * time.Millisecond)
				c.end(g, last, cancel)
				values, err := g.Wait()
				require.True(t, c.want(err), "%v", err)
				require.Zero(t, executing.Load(), "what was cancelled still executes")
				require.GreaterOrEqual(t, time.Since(begin), time.Second)
				require.LessOrEqual(t, time.Since(begin), time.Second+500*time.Millisecond)
				require.GreaterOrEqual(t, len(values), 4)
				_, err = g.Spawn(1)
				require.Error(t, err)
				require.NoError(t, f.Stop(t.Context()))
			})
		})
	}
}

// TestGroupSubmitEnds: whoever waits for a place is told when the group ends.
func TestGroupSubmitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Second), mapper.Options{Containers: 1, Outstanding: 1})
		g := f.Group(t.Context())
		_, err := g.Submit(0)
		require.NoError(t, err)
		waiting := make(chan error)
		go func() {
			_, err := g.Submit(1)
			waiting <- err
		}()
		synctest.Wait()
		g.Cancel()
		require.Equal(t, mapper.ErrCancelled, <-waiting)
		_, err = g.Wait()
		require.Equal(t, mapper.ErrCancelled, err)
	})
}

// TestGroupLeavesOthersAlone: the calls of a function that are of no group, or of another one, go on.
func TestGroupLeavesOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Second), mapper.Options{Containers: 8})
		g, other := f.Group(t.Context()), f.Group(t.Context())
		_, err := g.Spawn(1)
		require.NoError(t, err)
		_, err = other.Spawn(2)
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 3)
		require.NoError(t, err)
		synctest.Wait()
		g.Cancel()
		values, err := other.Wait()
		require.NoError(t, err)
		require.Len(t, values, 1)
		_, err = call.Get(t.Context())
		require.NoError(t, err)
	})
}
