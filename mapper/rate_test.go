package mapper_test

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// beginsOf runs something with a limiter, and returns when attempts have begun.
func beginsOf(t *testing.T, limiter *rate.Limiter, run func(*testing.T, func(context.Context, int) (int, error), mapper.Options)) (all []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		var begins tally[time.Duration]
		begin := time.Now()
		run(t, func(ctx context.Context, i int) (int, error) {
			begins.add(time.Since(begin))
			time.Sleep(time.Second)
			return i, nil
		}, mapper.Options{Containers: 16, Rate: limiter})
		all = begins.all()
	})
	slices.Sort(all)
	return all
}

// every is n times, so far apart, from the first on.
func every(n int, d time.Duration) (all []time.Duration) {
	for i := range n {
		all = append(all, time.Duration(i)*d)
	}
	return all
}

// TestRateDoors: through each door attempts begin at the rate, of a function's calls and runs together.
func TestRateDoors(t *testing.T) {
	const n = 30
	spacing := 100 * time.Millisecond
	type fn = func(context.Context, int) (int, error)
	for name, run := range map[string]func(*testing.T, fn, mapper.Options){
		"Collect": func(t *testing.T, fn fn, opts mapper.Options) {
			_, err := mapper.Collect(t.Context(), fn, ints(n), opts)
			require.NoError(t, err)
		},
		"Map": func(t *testing.T, fn fn, opts mapper.Options) {
			require.Len(t, results(mapper.Map(t.Context(), fn, ints(n), opts)), n)
		},
		"Start, with a timeout and several inputs": func(t *testing.T, fn fn, opts mapper.Options) {
			opts.Timeout, opts.MaxInputs, opts.Containers = time.Minute, 4, 4
			run, err := mapper.Start(t.Context(), fn, slices.Values(ints(n)), opts)
			require.NoError(t, err)
			require.Len(t, slices.Collect(run.All()), n)
		},
		"batches": func(t *testing.T, fn fn, opts mapper.Options) {
			body := mapper.EachBatch(func(ctx context.Context, in []int) error {
				_, err := fn(ctx, in[0])
				return err
			}, mapper.Batch{Size: 3})
			require.Len(t, results(body.Map(t.Context(), ints(3*n), opts)), 3*n)
		},
		"a function": func(t *testing.T, fn fn, opts mapper.Options) {
			f := deploy(t, mapper.Plain(fn), opts)
			calls, err := f.SpawnAll(t.Context(), ints(n/2))
			require.NoError(t, err)
			values, err := f.Collect(t.Context(), ints(n/2), mapper.RunOptions{})
			require.NoError(t, err)
			require.Len(t, values, n/2)
			_, err = mapper.Gather(t.Context(), calls...)
			require.NoError(t, err)
			require.NoError(t, f.Stop(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, every(n, spacing), beginsOf(t, rate.NewLimiter(rate.Every(spacing), 1), run))
		})
	}
}

// TestRateShared: runs that share a limiter keep to it together, and a change of it is in force within a second.
func TestRateShared(t *testing.T) {
	limiter := rate.NewLimiter(rate.Every(100*time.Millisecond), 1)
	begins := beginsOf(t, limiter, func(t *testing.T, fn func(context.Context, int) (int, error), opts mapper.Options) {
		first := mapper.Map(t.Context(), fn, ints(10), opts)
		second := mapper.Map(t.Context(), fn, ints(10), opts)
		require.Len(t, results(first), 10)
		require.Len(t, results(second), 10)
	})
	for i := range begins[1:] {
		require.GreaterOrEqual(t, begins[i+1]-begins[i], 100*time.Millisecond)
	}
	require.LessOrEqual(t, begins[19], 2*time.Second, "whoever ends first may have had a turn that nobody can take any more")

	limiter = rate.NewLimiter(rate.Every(time.Hour), 1)
	begins = beginsOf(t, limiter, func(t *testing.T, fn func(context.Context, int) (int, error), opts mapper.Options) {
		time.AfterFunc(10*time.Second+time.Millisecond, func() { limiter.SetLimit(1000) })
		require.Len(t, results(mapper.Map(t.Context(), fn, ints(10), opts)), 10)
	})
	require.Zero(t, begins[0])
	require.Greater(t, begins[1], 10*time.Second)
	require.Less(t, begins[1], 11*time.Second+10*time.Millisecond)
}

// TestRateBurst: however long nothing is to do, no more begin at once than the burst.
func TestRateBurst(t *testing.T) {
	begins := beginsOf(t, rate.NewLimiter(rate.Every(time.Minute), 3), func(t *testing.T, fn func(context.Context, int) (int, error), opts mapper.Options) {
		inputs := then(spaced(1, 3*time.Hour), slices.Values(ints(7)))
		require.Len(t, results(mapper.MapSeq(t.Context(), fn, inputs, opts)), 8)
	})
	at := 3 * time.Hour
	require.Equal(t, []time.Duration{0, at, at, at, at + time.Minute, at + 2*time.Minute, at + 3*time.Minute, at + 4*time.Minute}, begins)
}

// TestRateWithTrouble: whatever happens to the inputs, attempts never begin faster than the limiter lets them, and each
// input is settled.
func TestRateWithTrouble(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		inputs := rapid.IntRange(1, 30).Draw(rt, "inputs")
		does := rapid.SliceOfN(rapid.SampledFrom([]string{"ok", "ok", "ok", "error", "panic", "late"}), inputs, inputs).Draw(rt, "does")
		burst := rapid.IntRange(1, 4).Draw(rt, "burst")
		containers := rapid.IntRange(1, 5).Draw(rt, "containers")
		leaves := rapid.IntRange(0, 60).Draw(rt, "leaves")
		synctest.Test(t, func(t *testing.T) {
			var begins tally[time.Duration]
			begin := time.Now()
			run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
				begins.add(time.Since(begin))
				a, _ := mapper.AttemptFrom(ctx)
				if a.Attempt > 1 {
					return i, during(ctx, 10*time.Millisecond)
				}
				switch does[i] {
				case "error":
					return 0, &ownError{i}
				case "panic":
					panic("trouble")
				case "late":
					return 0, during(ctx, time.Hour)
				}
				return i, during(ctx, 10*time.Millisecond)
			}, slices.Values(ints(inputs)), mapper.Options{
				Containers: containers, Timeout: 50 * time.Millisecond, ReturnExceptions: true,
				Retries: policy.Retries{MaxRetries: 2, InitialDelay: 30 * time.Millisecond},
				Rate:    rate.NewLimiter(100, burst),
			})
			require.NoError(t, err)
			n := 0
			for r := range run.All() {
				require.NoError(t, r.Err)
				if n++; n == leaves {
					break
				}
			}
			if leaves == 0 || leaves > inputs {
				require.Equal(t, inputs, n)
			}
			all := begins.all()
			slices.Sort(all)
			for i := burst; i < len(all); i++ {
				require.GreaterOrEqual(t, all[i]-all[i-burst]+time.Microsecond, 10*time.Millisecond, "%v", all)
			}
		})
	})
}

// TestRateEnds: a run ends while it waits for its turn, and gives back what it has reserved.
func TestRateEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(rate.Every(time.Hour), 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var begun atomic.Int32
		begin := time.Now()
		_, err := mapper.Collect(ctx, func(context.Context, int) (int, error) {
			begun.Add(1)
			return 0, nil
		}, ints(5), mapper.Options{Rate: limiter})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(begin))
		require.EqualValues(t, 1, begun.Load())
		require.InDelta(t, 1.0/60, limiter.Tokens(), 1e-9, "what was reserved is given back")
	})
}

// TestRateJoinedByMany: all who join a run give back what it had reserved, and the limiter has it once.
func TestRateJoinedByMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(rate.Every(time.Hour), 10)
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil },
			slices.Values(ints(12)), mapper.Options{Rate: limiter})
		require.NoError(t, err)
		time.AfterFunc(time.Minute, run.Stop)
		for range run.All() {
		}
		for range 5 {
			require.ErrorIs(t, run.Wait(), mapper.ErrStopped)
		}
		require.InDelta(t, 1.0/60, limiter.Tokens(), 1e-9)
	})
}

// TestRateIsRefused where nothing could ever begin, or no limit is meant by it.
func TestRateIsRefused(t *testing.T) {
	requireInvalid(t, "Rate", mapper.Options{Rate: rate.NewLimiter(-1, 1)})
	requireInvalid(t, "Rate", mapper.Options{Rate: rate.NewLimiter(rate.Limit(math.NaN()), 1)})
	require.NoError(t, mapper.Options{Rate: rate.NewLimiter(0, 1)}.Validate(), "until it is changed")
	requireInvalid(t, "Rate", mapper.Options{Rate: rate.NewLimiter(1, 0)})
	require.NoError(t, mapper.Options{Rate: rate.NewLimiter(rate.Inf, 0)}.Validate())
}
