package metrics_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
)

// TestACrashLoopOfInputs: how many were tried, and of what kind the loop is.
func TestACrashLoopOfInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		var broken atomic.Bool
		broken.Store(true)
		f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, i int) (int, error) {
			time.Sleep(time.Second)
			if broken.Load() {
				panic("no rates")
			}
			return i, nil
		}), mapper.Options{Name: "api", Containers: 2, Observer: &r})
		require.NoError(t, err)
		calls, err := f.SpawnAll(t.Context(), ints(40))
		require.NoError(t, err)
		for !f.Stats().Pool.CrashLooping {
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		pool := f.Stats().Pool
		require.Greater(t, pool.Inputs, pool.Streak, "the first two have crashed at once")
		requireValues(t, map[string]float64{
			"longshore_crash_looping api function":         1,
			"longshore_crash_loop_of_inputs api function":  1,
			"longshore_crash_streak api function":          float64(pool.Streak),
			"longshore_crash_streak_limit api function":    32,
			"longshore_crash_streak_inputs api function":   float64(pool.Inputs),
			"longshore_start_debt api function":            0,
			"longshore_lost_containers_total api function": 0,
		}, &r)
		broken.Store(false)
		for _, call := range calls {
			_, err := call.Get(t.Context())
			require.NoError(t, err)
		}
		requireValues(t, map[string]float64{
			"longshore_crash_looping api function":        0,
			"longshore_crash_loop_of_inputs api function": 0,
			"longshore_crash_streak api function":         0,
			"longshore_crash_streak_inputs api function":  0,
		}, &r)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestACrashLoop: a function whose containers cannot start for a while, and then can.
func TestACrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		var broken atomic.Bool
		broken.Store(true)
		body := mapper.WithState(func(context.Context) (int, error) {
			time.Sleep(100 * time.Millisecond)
			if broken.Load() {
				return 0, errBad
			}
			return 0, nil
		}, func(_ context.Context, _ int, i int) (int, error) { return i, nil }, nil)
		f, err := mapper.Deploy(t.Context(), body, mapper.Options{
			Name: "api", Scale: mapper.Scale{Min: 2, Max: 2}, Observer: &r,
		})
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 7)
		require.NoError(t, err)
		for !f.Stats().Pool.CrashLooping {
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		next := func(i int) time.Time { return f.Stats().Pool.Containers[i].NextStart }
		for next(0).IsZero() || next(1).IsZero() {
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		got, pool := values(r.Snapshot()), f.Stats().Pool
		require.InDelta(t, 1, got["longshore_crash_looping api function"], 0)
		require.InDelta(t, min(time.Until(next(0)), time.Until(next(1))).Seconds(), got["longshore_next_start_seconds api function"], 0)
		require.Positive(t, got["longshore_next_start_seconds api function"])
		require.InDelta(t, pool.StartDebt, got["longshore_start_debt api function"], 0)
		require.InDelta(t, pool.StartLimit, got["longshore_start_debt_limit api function"], 0)
		require.Positive(t, pool.StartDebt)
		require.InDelta(t, pool.Crashes, got["longshore_crash_events_total error api start"], 0)
		require.InDelta(t, 1, got["longshore_pending_inputs api function"], 0)
		broken.Store(false)
		_, err = call.Get(t.Context())
		require.NoError(t, err)
		for f.Stats().Pool.CrashLooping {
			_, err = f.Call(t.Context(), 1)
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		for !next(0).IsZero() || !next(1).IsZero() {
			time.Sleep(time.Second)
		}
		requireValues(t, map[string]float64{"longshore_crash_looping api function": 0, "longshore_next_start_seconds api function": 0}, &r)
		time.Sleep(time.Second) // what starts is ready then
		ended := f.Stats()
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		requireValues(t, map[string]float64{
			"longshore_inputs_total api function succeeded":      float64(ended.Succeeded),
			"longshore_container_starts_total api function":      float64(ended.Pool.Starts),
			"longshore_container_crashes_total api function":     float64(ended.Pool.Crashes),
			"longshore_crash_events_total error api start":       float64(ended.Pool.Crashes),
			"longshore_container_start_duration_seconds api":     float64(ended.Pool.Starts - ended.Pool.Crashes),
			"longshore_container_start_duration_seconds api sum": float64(ended.Pool.Starts-ended.Pool.Crashes) * .1,
			"longshore_live_runs api function":                   0,
			"longshore_ended_runs_total api function stopped":    1,
			"longshore_crash_loops_total api":                    1,
		}, &r)
	})
}

// TestAFunctionWithRuns: its runs are counted apart from its calls, its containers once.
func TestAFunctionWithRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		f, err := mapper.Deploy(t.Context(), mapper.Plain(work), mapper.Options{
			Name: "api", Containers: 2, Timeout: time.Minute, Observer: supervisor.Observers{nil, &r},
		})
		require.NoError(t, err)
		_, err = f.Collect(t.Context(), []int{5, 6, 4}, mapper.RunOptions{ReturnExceptions: true})
		require.Error(t, err)
		require.NotContains(t, values(r.Snapshot()), "longshore_containers api run idle", "they are the function's")
		_, err = f.Call(t.Context(), 8)
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 4)
		require.NoError(t, err)
		time.Sleep(time.Second)
		call.Cancel()
		_, err = mapper.Collect(t.Context(), work, []int{5}, mapper.Options{Name: "api", Observer: &r})
		require.NoError(t, err)
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		require.Zero(t, r.Watched())
		requireValues(t, map[string]float64{
			"longshore_inputs_total api run succeeded":          3,
			"longshore_inputs_total api run failed":             1,
			"longshore_inputs_total api function succeeded":     1,
			"longshore_inputs_total api function failed":        0,
			"longshore_inputs_total api function cancelled":     1,
			"longshore_timeouts_total api function":             1,
			"longshore_timeouts_total api run":                  0,
			"longshore_container_starts_total api run":          1,
			"longshore_runs_total api run":                      2,
			"longshore_runs_total api function":                 1,
			"longshore_container_crashes_total api function":    0,
			"longshore_containers api function idle":            0,
			"longshore_abandoned_containers_total api function": 0,
		}, &r)
	})
}

// TestAnAbandonedContainer: it is given up, and still runs.
func TestAnAbandonedContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, i int) (int, error) {
			time.Sleep(time.Minute)
			return i, nil
		}), mapper.Options{Name: "api", Containers: 1, Timeout: time.Second, Observer: &r})
		require.NoError(t, err)
		_, err = f.Call(t.Context(), 1)
		require.ErrorIs(t, err, mapper.ErrTimeout)
		synctest.Wait()
		requireValues(t, map[string]float64{
			"longshore_containers api function abandoned": 1, "longshore_abandoned_containers_total api function": 1,
		}, &r)
		time.Sleep(time.Minute)
		requireValues(t, map[string]float64{
			"longshore_containers api function abandoned": 0, "longshore_abandoned_containers_total api function": 1,
		}, &r)
		require.NoError(t, f.Stop(t.Context()))
	})
}
