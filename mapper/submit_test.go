package mapper_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
)

// TestSubmitWaitsForAPlace: those who wait go in turn, and before any Spawn.
func TestSubmitWaitsForAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Second), mapper.Options{Containers: 1, Outstanding: 2})
		var mu sync.Mutex
		var order []int
		begin := time.Now()
		for i := range 6 {
			go func() {
				_, err := f.Submit(t.Context(), i)
				require.NoError(t, err)
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
				require.Equal(t, max(time.Duration(i-1), 0)*time.Second, time.Since(begin))
			}()
			synctest.Wait()
		}
		time.Sleep(time.Second)
		_, err := f.Spawn(t.Context(), 0)
		require.ErrorIs(t, err, mapper.ErrQueueFull)
		time.Sleep(10 * time.Second)
		mu.Lock()
		require.Equal(t, ints(6), order)
		mu.Unlock()
		require.Equal(t, 6, f.Stats().Succeeded)
		c, err := f.Submit(t.Context(), 0)
		require.NoError(t, err)
		_, err = c.Get(t.Context())
		require.NoError(t, err)
	})
}

// TestSubmitEnds: what ends the wait.
func TestSubmitEnds(t *testing.T) {
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		end  func(f *mapper.Function[int, int], cancel context.CancelCauseFunc)
		want error
	}{
		"its context": {func(_ *mapper.Function[int, int], cancel context.CancelCauseFunc) { cancel(gone) }, gone},
		"a stop": {func(f *mapper.Function[int, int], _ context.CancelCauseFunc) {
			go f.Stop(context.Background())
		}, mapper.ErrStopped},
		"a stop at once": {func(f *mapper.Function[int, int], _ context.CancelCauseFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			go f.Stop(ctx)
		}, mapper.ErrStopped},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := deploy(t, lasting(time.Second), mapper.Options{Containers: 1, Outstanding: 1})
				_, err := f.Spawn(t.Context(), 0)
				require.NoError(t, err)
				ctx, cancel := context.WithCancelCause(t.Context())
				waiting := make(chan error)
				for range 2 {
					go func() {
						_, err := f.Submit(ctx, 1)
						waiting <- err
					}()
				}
				synctest.Wait()
				c.end(f, cancel)
				for range 2 {
					require.ErrorIs(t, <-waiting, c.want)
				}
				_, err = f.Submit(ctx, 1)
				require.ErrorIs(t, err, c.want)
				cancel(nil)
				time.Sleep(time.Minute)
			})
		})
	}
}

// TestSubmitProperty: with any number of those who wait, leave, spawn and cancel, each call that was accepted is settled, no more
// than Outstanding are accepted at once, and nobody waits while there is a place.
func TestSubmitProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		outstanding := rapid.IntRange(1, 4).Draw(rt, "outstanding")
		containers := rapid.IntRange(1, 4).Draw(rt, "containers")
		callers := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) [3]int {
			return [3]int{
				rapid.IntRange(0, 20).Draw(rt, "at"), rapid.IntRange(0, 2).Draw(rt, "how"), rapid.IntRange(0, 30).Draw(rt, "patience"),
			}
		}), 1, 20).Draw(rt, "callers")
		var accepted, settled, refused, left atomic.Int64
		synctest.Test(t, func(t *testing.T) {
			f := deploy(t, lasting(5*time.Millisecond), mapper.Options{Containers: containers, Outstanding: outstanding})
			var all sync.WaitGroup
			for _, c := range callers {
				all.Go(func() {
					time.Sleep(time.Duration(c[0]) * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(c[2])*time.Millisecond)
					defer cancel()
					begin := f.Submit
					if c[1] == 0 {
						begin = f.Spawn
					}
					call, err := begin(ctx, 1)
					switch {
					case errors.Is(err, mapper.ErrQueueFull):
						refused.Add(1)
					case err != nil:
						left.Add(1)
					default:
						if accepted.Add(1); f.Stats().Calls > outstanding {
							rt.Errorf("%d calls at once", f.Stats().Calls)
						}
						if c[1] == 2 {
							call.Cancel()
						}
						<-call.Done()
						settled.Add(1)
					}
				})
			}
			all.Wait()
			time.Sleep(time.Second)
			if n := f.Stats().Calls; n != 0 {
				rt.Errorf("%d calls are left", n)
			}
			require.NoError(t, f.Stop(t.Context()))
		})
		if accepted.Load() != settled.Load() || int(accepted.Load()+refused.Load()+left.Load()) != len(callers) {
			rt.Errorf("%d accepted, %d settled, %d refused, %d left of %d", accepted.Load(), settled.Load(), refused.Load(), left.Load(), len(callers))
		}
	})
}

// TestSpawnBesideSubmit: where there are places for all, nobody is refused because of those who wait for theirs in this moment.
func TestSpawnBesideSubmit(t *testing.T) {
	f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 2, Outstanding: 10_000})
	var group errgroup.Group
	for _, begin := range []func(context.Context, int) (*mapper.Call[int], error){f.Submit, f.Submit, f.Spawn, f.Spawn} {
		group.Go(func() error {
			for i := range 1000 {
				if _, err := begin(t.Context(), i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	require.NoError(t, f.Stop(t.Context()))
	require.Equal(t, 4000, f.Stats().Succeeded)
}
