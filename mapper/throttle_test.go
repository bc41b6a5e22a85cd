package mapper_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// server answers in 5 ms, but from 100 ms to 500 ms after its start asks everybody to wait.
type server struct {
	begin            time.Time
	begun, refused   atomic.Int64
	under, underMost atomic.Int64
}

var errBusy = &ownError{429}

func newServer() *server { return &server{begin: time.Now()} }

func (s *server) get(ctx context.Context, i int) (int, error) {
	s.begun.Add(1)
	n := s.under.Add(1)
	defer s.under.Add(-1)
	for most := s.underMost.Load(); n > most && !s.underMost.CompareAndSwap(most, n); most = s.underMost.Load() {
	}
	err := during(ctx, 5*time.Millisecond)
	if at := time.Since(s.begin); err == nil && at >= 100*time.Millisecond && at < 500*time.Millisecond {
		s.refused.Add(1)
		return 0, policy.Throttled(fmt.Errorf("get: %w", errBusy), 500*time.Millisecond-at)
	}
	return i, err
}

// TestThrottledDoors: through each door nothing begins while the other side asks everybody to wait, and no retry is
// charged, of a function's calls and runs together, in batches, with a timeout.
func TestThrottledDoors(t *testing.T) {
	const n, containers = 400, 8
	for name, run := range map[string]func(*testing.T, *server, mapper.Options){
		"Collect": func(t *testing.T, s *server, opts mapper.Options) {
			values, err := mapper.Collect(t.Context(), s.get, ints(n), opts)
			require.NoError(t, err)
			require.Equal(t, ints(n), values)
		},
		"Map, with a timeout": func(t *testing.T, s *server, opts mapper.Options) {
			opts.Timeout = time.Second
			require.Len(t, results(mapper.Map(t.Context(), s.get, ints(n), opts)), n)
		},
		"MapSeq, unordered": func(t *testing.T, s *server, opts mapper.Options) {
			opts.Unordered, opts.Outstanding = true, 20
			require.Len(t, results(mapper.MapSeq(t.Context(), s.get, slices.Values(ints(n)), opts)), n)
		},
		"several inputs in a container": func(t *testing.T, s *server, opts mapper.Options) {
			opts.Containers, opts.MaxInputs = 2, containers/2
			require.NoError(t, mapper.Each(t.Context(), func(ctx context.Context, i int) error {
				_, err := s.get(ctx, i)
				return err
			}, ints(n), opts))
		},
		"batches": func(t *testing.T, s *server, opts mapper.Options) {
			body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
				_, err := s.get(ctx, in[0])
				return in, err
			}, mapper.Batch{Size: 2})
			require.Len(t, results(body.Map(t.Context(), ints(2*n), opts)), 2*n)
		},
		"calls and a run": func(t *testing.T, s *server, opts mapper.Options) {
			f, err := mapper.Deploy(t.Context(), mapper.Plain(s.get), opts)
			require.NoError(t, err)
			var calls []*mapper.Call[int]
			for i := range n / 2 {
				call, err := f.Spawn(t.Context(), i)
				require.NoError(t, err)
				calls = append(calls, call)
			}
			values, err := f.Collect(t.Context(), ints(n/2), mapper.RunOptions{})
			require.NoError(t, err)
			require.Len(t, values, n/2)
			for i, call := range calls {
				v, err := call.Get(t.Context())
				require.NoError(t, err)
				require.Equal(t, i, v)
			}
			require.NoError(t, f.Stop(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				run(t, s, mapper.Options{Containers: containers})
				require.LessOrEqual(t, s.refused.Load(), int64(containers), "those under way")
				require.Equal(t, n+s.refused.Load(), s.begun.Load())
				require.Equal(t, int64(containers), s.underMost.Load())
			})
		})
	}
}

// TestThrottleProbe: one attempt begins when the time is over, and the others only when it has ended, however it has.
func TestThrottleProbe(t *testing.T) {
	ends := map[string]func(ctx context.Context) (int, error){
		"a value":   func(context.Context) (int, error) { return 1, nil },
		"a failure": func(context.Context) (int, error) { return 0, errors.New("no") },
		"a panic":   func(context.Context) (int, error) { panic("no") },
		"a timeout": func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				var begins tally[time.Duration]
				var probed atomic.Bool
				run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
					at := time.Since(begin)
					begins.add(at)
					switch {
					case at == 0:
						time.Sleep(time.Millisecond)
						return 0, policy.Throttled(errBusy, time.Second-time.Millisecond)
					case !probed.Swap(true):
						time.Sleep(100 * time.Millisecond)
						return end(ctx)
					}
					return i, during(ctx, time.Millisecond)
				}, slices.Values(ints(4)), mapper.Options{
					Containers: 4, ReturnExceptions: true, Timeout: 200 * time.Millisecond, CrashLimit: 1,
				})
				require.NoError(t, err)
				for range run.All() {
				}
				opened := 1100 * time.Millisecond
				if name == "a timeout" {
					opened = 1200 * time.Millisecond
				}
				require.Equal(t, []time.Duration{0, 0, 0, 0, time.Second, opened, opened, opened}, begins.all())
				require.Equal(t, 4, run.Stats().Refused)
			})
		})
	}
}

// TestThrottleNamesNoTime: then it is the delay of so many refusals in a row, which begins anew once one is not refused.
func TestThrottleNamesNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var begins []time.Duration
		refuses := []bool{true, true, true, false, true, false}
		_, err := mapper.Collect(t.Context(), func(context.Context, int) (int, error) {
			begins = append(begins, time.Since(begin))
			if refuses[len(begins)-1] {
				return 0, policy.Throttled(errBusy, 0)
			}
			return 0, nil
		}, ints(2), mapper.Options{Containers: 1, Retries: policy.Retries{MaxRetries: 9, InitialDelay: 100 * time.Millisecond, BackoffCoefficient: 2}})
		require.NoError(t, err)
		ms := time.Millisecond
		require.Equal(t, []time.Duration{0, 100 * ms, 300 * ms, 700 * ms, 700 * ms, 800 * ms}, begins)
	})
}

// TestThrottleEnds: what ends an input or a run ends the wait too, and who must not begin twice does not.
func TestThrottleEnds(t *testing.T) {
	busy := func(ctx context.Context, _ int) (int, error) {
		return 0, cmp.Or(during(ctx, time.Millisecond), policy.Throttled(errBusy, time.Hour))
	}
	play := func(t *testing.T, opts mapper.Options, then func(*mapper.Run[int, int])) (time.Duration, []error) {
		begin := time.Now()
		run, err := mapper.Start(t.Context(), busy, slices.Values(ints(3)), opts)
		require.NoError(t, err)
		time.AfterFunc(time.Second, func() { then(run) })
		var errs []error
		for r := range run.All() {
			errs = append(errs, r.Err)
		}
		return time.Since(begin), errs
	}
	nothing := func(*mapper.Run[int, int]) {}
	opts := mapper.Options{Containers: 1, ReturnExceptions: true, Retries: policy.Retries{MaxRetries: 9}}
	synctest.Test(t, func(t *testing.T) {
		late := opts
		late.Containers, late.TotalTimeout = 3, time.Minute
		took, errs := play(t, late, nothing)
		require.Equal(t, time.Millisecond, took, "none would begin again in time")
		require.Len(t, errs, 3)
		require.ErrorIs(t, errs[0], mapper.ErrTimeout)
		require.ErrorIs(t, errs[0], errBusy)
	})
	synctest.Test(t, func(t *testing.T) {
		took, errs := play(t, opts, (*mapper.Run[int, int]).Stop)
		require.Equal(t, time.Second, took)
		require.Equal(t, []error{mapper.ErrStopped, mapper.ErrStopped, mapper.ErrStopped}, errs)
	})
	synctest.Test(t, func(t *testing.T) {
		once := opts
		once.AtMostOnce = true
		took, errs := play(t, once, (*mapper.Run[int, int]).Stop)
		require.Equal(t, time.Second, took, "the others wait")
		require.Equal(t, []error{errBusy, mapper.ErrStopped, mapper.ErrStopped}, errs)
	})
	synctest.Test(t, func(t *testing.T) {
		final := func(context.Context, int) (int, error) {
			return 0, policy.Permanent(policy.Throttled(errBusy, time.Minute))
		}
		begin := time.Now()
		for r := range mapper.Map(t.Context(), final, ints(2), opts) {
			require.Equal(t, errBusy, r.Err)
			require.Equal(t, 1, r.Attempts)
		}
		require.Equal(t, time.Minute, time.Since(begin))
	})
}

// TestThrottleEvents: it is told when it closes, until when and why, and when it opens.
func TestThrottleEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		var told tally[supervisor.Event]
		_, err := mapper.Collect(t.Context(), s.get, ints(200), mapper.Options{Containers: 4, Observer: supervisor.ObserverFunc(func(e supervisor.Event) {
			if e.Kind == supervisor.ThrottleClosed || e.Kind == supervisor.ThrottleOpened {
				told.add(e)
			}
		})})
		require.NoError(t, err)
		all := told.all()
		require.Len(t, all, 2)
		require.Equal(t, []supervisor.Kind{supervisor.ThrottleClosed, supervisor.ThrottleOpened}, []supervisor.Kind{all[0].Kind, all[1].Kind})
		require.Equal(t, s.begin.Add(500*time.Millisecond), all[0].Next)
		require.ErrorIs(t, all[0].Err, errBusy)
		require.Equal(t, supervisor.NoInput, all[0].Input)
		require.Equal(t, all[0].Pool, all[0].Run)
		require.Equal(t, 505*time.Millisecond, all[1].Time.Sub(s.begin))
	})
}

func Example_throttled() {
	refused := false
	get := func(_ context.Context, url string) (string, error) {
		if !refused { // 429 Too Many Requests, Retry-After: 0.02
			refused = true
			return "", policy.Throttled(errors.New("too many requests"), 20*time.Millisecond)
		}
		return "page of " + url, nil
	}
	pages, err := mapper.Collect(context.Background(), get, []string{"a", "b"}, mapper.Options{Containers: 1})
	fmt.Println(pages, err)
	// Output: [page of a page of b] <nil>
}
