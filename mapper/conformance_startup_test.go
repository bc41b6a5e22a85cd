package mapper_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// requireStartTimeout: the start has a limit of its own. The design wins: it is 10 s where nobody sets it, and not the
// Timeout, which is that of an attempt.
func requireStartTimeout(t *testing.T, timeout, want time.Duration) {
	for limit, opts := range map[time.Duration]mapper.Options{
		10 * time.Second: {Timeout: timeout, Containers: 1},
		want:             {StartTimeout: want, Timeout: timeout, Containers: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var starts tally[time.Duration]
			var late tally[error]
			f, err := mapper.Deploy(t.Context(), mapper.WithState(
				func(ctx context.Context) (int, error) {
					begin := time.Now()
					if starts.add(0) == 1 {
						<-ctx.Done()
						starts.add(time.Since(begin))
						late.add(context.Cause(ctx))
					}
					return 0, ctx.Err()
				},
				func(context.Context, int, int) (string, error) { return "ok", nil }, nil), opts)
			require.NoError(t, err)
			v, err := f.Call(t.Context(), 0)
			require.NoError(t, err, "a late start is charged to no input")
			require.Equal(t, "ok", v)
			require.Equal(t, []time.Duration{0, limit, 0}, starts.all())
			var start *mapper.StartTimeoutError
			require.ErrorAs(t, late.all()[0], &start)
			require.Equal(t, limit, start.Timeout)
			require.NoError(t, f.Stop(t.Context()))
		})
	}
}

// startsBadly is a function whose first start in so many containers fails: as an error, as a panic.
func startsBadly(bad int32, starts *atomic.Int32) mapper.Body[int, int] {
	return mapper.WithState(
		func(context.Context) (int, error) {
			switch n := starts.Add(1); {
			case n > bad:
				return 0, nil
			case n%2 == 0:
				panic(errCrash)
			}
			return 0, errCrash
		},
		func(ctx context.Context, _, i int) (int, error) { return i, during(ctx, time.Second) },
		nil)
}

// crashAtStartup: containers that crash before they are ready are replaced, and no input pays for it.
func crashAtStartup(t *testing.T, setup crashSetup, want crashWant) {
	require.Equal(t, "any", setup.App)
	inputs := ints(setup.Inputs)
	lost := func(out []int) int { return setup.Inputs - len(out) }
	const bad = 3

	var starts atomic.Int32
	run, err := startsBadly(bad, &starts).Start(t.Context(), slices.Values(inputs), mapper.Options{Containers: 2, CrashLimit: 1})
	require.NoError(t, err)
	var out []int
	for r := range run.All() {
		require.NoError(t, r.Err)
		require.Equal(t, 1, r.Attempts)
		out = append(out, r.Value)
	}
	require.Equal(t, want.Lost, lost(out))
	require.Equal(t, bad, run.Stats().Pool.Crashes)
	require.Equal(t, want.Replaced, run.Stats().Pool.Starts > 2)

	starts.Store(0)
	f, err := mapper.Deploy(t.Context(), startsBadly(bad, &starts), mapper.Options{Containers: 2, CrashLimit: 1})
	require.NoError(t, err)
	calls, err := f.SpawnAll(t.Context(), inputs)
	require.NoError(t, err)
	out, err = mapper.Gather(t.Context(), calls...)
	require.NoError(t, err)
	require.Equal(t, inputs, out)
	require.Equal(t, want.Lost, lost(out))
	require.NoError(t, f.Stop(t.Context()))
	require.Equal(t, bad, f.Stats().Pool.Crashes)
	require.Equal(t, want.Replaced, f.Stats().Pool.Starts > 2)
}

// crashPreempted: what is preempted is executed again, free of charge, and its container exits.
func crashPreempted(t *testing.T, setup crashSetup, want crashWant) {
	require.Equal(t, "restarted, same input", want.Input)
	var begun tally[mapper.Attempt]
	var entered, exited atomic.Int32
	f, err := mapper.Deploy(t.Context(), mapper.WithState(
		func(context.Context) (int, error) { entered.Add(1); return 0, nil },
		func(ctx context.Context, _, i int) (int, error) {
			a, _ := mapper.AttemptFrom(ctx)
			begun.add(a)
			return i, during(ctx, 10*time.Second)
		},
		func(context.Context, int) error { exited.Add(1); return nil },
	), mapper.Options{Containers: 1, CrashLimit: 1, Retries: policy.FixedRetries(setup.MaxRetries)})
	require.NoError(t, err)
	run, err := f.Start(t.Context(), slices.Values([]int{42}), mapper.RunOptions{})
	require.NoError(t, err)
	time.Sleep(time.Second)
	require.True(t, f.Preempt(begun.all()[0].Container))
	synctest.Wait()
	require.Equal(t, want.ExitHooksRun, exited.Load() == 1, "before the input is begun again, or beside it")
	for r := range run.All() {
		require.NoError(t, r.Err)
		require.Equal(t, 42, r.Value)
	}
	require.Equal(t, want.UserRetriesUsed, run.Stats().Retries)
	require.NoError(t, f.Stop(t.Context()))
	attempts := begun.all()
	require.Len(t, attempts, 2)
	require.Equal(t, attempts[0].Index, attempts[1].Index)
	require.NotEqual(t, attempts[0].Container, attempts[1].Container)
	require.Zero(t, f.Stats().Pool.Crashes)
	require.Equal(t, entered.Load(), exited.Load())
}
