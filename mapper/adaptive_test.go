package mapper_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestAdaptive: never more attempts are under way than the limit says, it grows to what the other side bears and falls when
// that refuses, of runs and calls of a function too.
func TestAdaptive(t *testing.T) {
	t.Parallel()
	const cores = 16
	for name, play := range map[string]func(*testing.T, func(context.Context, int) (int, error), mapper.Options){
		"a run": func(t *testing.T, fn func(context.Context, int) (int, error), opts mapper.Options) {
			values, err := mapper.Collect(t.Context(), fn, ints(15_000), opts)
			require.NoError(t, err)
			require.Len(t, values, 15_000)
		},
		"a function": func(t *testing.T, fn func(context.Context, int) (int, error), opts mapper.Options) {
			f, err := mapper.Deploy(t.Context(), mapper.Plain(fn), opts)
			require.NoError(t, err)
			_, err = f.Collect(t.Context(), ints(10_000), mapper.RunOptions{})
			require.NoError(t, err)
			_, err = f.Call(t.Context(), 1)
			require.NoError(t, err)
			require.NoError(t, f.Stop(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var under, most, refused atomic.Int64
				var limits tally[int]
				fn := func(ctx context.Context, i int) (int, error) {
					n := under.Add(1)
					defer under.Add(-1)
					most.Store(max(most.Load(), n))
					if n > 4*cores {
						refused.Add(1)
						return 0, policy.Throttled(errBusy, time.Millisecond)
					}
					return i, during(ctx, 10*time.Millisecond*time.Duration(max(n, cores))/cores)
				}
				play(t, fn, mapper.Options{
					Containers: 200, Adaptive: policy.Adaptive{Min: 2, Initial: 4, Window: 100 * time.Millisecond},
					Retries: policy.FixedRetries(20), Observer: supervisor.ObserverFunc(func(e supervisor.Event) {
						if e.Kind == supervisor.LimitChanged {
							limits.add(e.Count)
						}
					}),
				})
				require.GreaterOrEqual(t, most.Load(), int64(cores))
				require.LessOrEqual(t, most.Load(), int64(5*cores), "of 200 containers")
				require.NotEmpty(t, limits.all())
			})
		})
	}
}

// TestAdaptiveWithCrashes: what crashes, times out or is cancelled gives back its place.
func TestAdaptiveWithCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := results(mapper.Map(t.Context(), func(ctx context.Context, i int) (int, error) {
			switch i % 5 {
			case 0:
				panic("boom")
			case 1:
				<-ctx.Done()
				return 0, ctx.Err()
			case 2:
				return 0, policy.Permanent(&ownError{i})
			}
			return i, during(ctx, time.Millisecond)
		}, ints(200), mapper.Options{
			Containers: 8, Adaptive: policy.Adaptive{Min: 1, Initial: 3}, ReturnExceptions: true, CrashLimit: 1,
			Timeout: 10 * time.Millisecond, Hedge: policy.Hedge{After: 5 * time.Millisecond}, Crashes: policy.Ephemeral{ColdDebt: 1000, Debt: 1000},
		}))
		require.Len(t, all, 200)
		for i, r := range all {
			require.Equal(t, i%5 > 2, r.Err == nil, "%d: %v", i, r.Err)
		}
	})
}

func ExampleOptions_adaptive() {
	ask := func(_ context.Context, n int) (int, error) { return n * n, nil }
	squares, err := mapper.Collect(context.Background(), ask, []int{1, 2, 3}, mapper.Options{
		Containers: 100, Adaptive: policy.Adaptive{Min: 2, Initial: 10},
	})
	fmt.Println(squares, err)
	// Output: [1 4 9] <nil>
}
