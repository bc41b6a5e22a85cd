package mapper_test

import (
	"context"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestGoexitWithAPanic: runtime.Goexit that meets a panic in a deferred call is a crash like any other.
func TestGoexitWithAPanic(t *testing.T) {
	for _, containers := range []int{1, 4} {
		for _, maxInputs := range []int{1, 3} {
			synctest.Test(t, func(t *testing.T) {
				out, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
					if i%10 == 3 {
						defer func() { panic(errCrash) }()
						runtime.Goexit()
					}
					return i, nil
				}, ints(100), mapper.Options{Containers: containers, MaxInputs: maxInputs, ReturnExceptions: true})
				var failed *mapper.FailuresError
				require.ErrorAs(t, err, &failed)
				require.Len(t, failed.Failures, 10)
				for _, f := range failed.Failures {
					require.ErrorAs(t, f.Err, new(*supervisor.CrashError))
					require.ErrorIs(t, f.Err, errCrash)
					require.GreaterOrEqual(t, f.Attempts, 3)
					require.True(t, f.Attempts == 3 || maxInputs > 1, "others interrupt it")
				}
				require.Equal(t, 99, out[99])
			})
		}
	}
}

// TestLabels: labels of the deployer, and those that an attempt has left behind when it crashed, reach no attempt.
func TestLabels(t *testing.T) {
	t.Parallel()
	var seen tally[string]
	var crashes atomic.Int32
	pprof.Do(t.Context(), pprof.Labels("whose", "deployer"), func(ctx context.Context) {
		_, err := mapper.Collect(ctx, func(_ context.Context, i int) (int, error) {
			seen.add(ownLabels())
			if i%10 == 5 && crashes.Add(1) <= 10 {
				pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("whose", "attempt")))
				panic(errCrash)
			}
			return i, nil
		}, ints(100), mapper.Options{Containers: 1, CrashLimit: 20})
		require.NoError(t, err)
	})
	require.Len(t, seen.all(), 110)
	require.Equal(t, []string{""}, slices.Compact(seen.all()))
}

// ownLabels is what the goroutine profile says of the labels of the goroutine that asks.
func ownLabels() string {
	var profile strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
	for block := range strings.SplitSeq(profile.String(), "\n\n") {
		if strings.Contains(block, "mapper_test.ownLabels") {
			_, after, _ := strings.Cut(block, "# labels: ")
			labels, _, _ := strings.Cut(after, "\n")
			return labels
		}
	}
	return "no such goroutine"
}
