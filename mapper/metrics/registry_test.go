package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

var errBad = errors.New("bad")

// values is a snapshot by name and label values: "name value value".
func values(families []metrics.Family) map[string]float64 {
	all := map[string]float64{}
	for _, f := range families {
		for _, s := range f.Samples {
			key := strings.Join(append([]string{f.Name}, s.Labels...), " ")
			if f.Fixed.Name != "" {
				key += " " + f.Fixed.Value
			}
			all[key] = s.Value
			if f.Type == metrics.Histogram {
				all[key+" sum"], all[key] = s.Distribution.Sum, float64(s.Distribution.Count())
			}
		}
	}
	return all
}

// subset is those of got that are in want: what a failure prints is then short.
func subset(got, want map[string]float64) map[string]float64 {
	some := map[string]float64{}
	for key := range want {
		if v, ok := got[key]; ok {
			some[key] = v
		}
	}
	return some
}

func requireValues(t *testing.T, want map[string]float64, r *metrics.Registry) {
	t.Helper()
	require.Equal(t, want, subset(values(r.Snapshot()), want))
}

func ints(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// work takes a second. Input 0 panics once, 1 fails always, 2 once, 4 times out.
func work(ctx context.Context, i int) (int, error) {
	attempt, _ := mapper.AttemptFrom(ctx)
	first := attempt.Attempt == 1
	wait := time.Second
	switch {
	case i == 1, i == 2 && first:
		return 0, errBad
	case i == 0 && first:
		panic("oh no")
	case i == 4:
		wait = time.Hour
	}
	select {
	case <-time.After(wait):
		return i, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// TestARun: while it goes on, and exactly after it has ended.
func TestARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		results := mapper.Map(t.Context(), work, ints(10), mapper.Options{
			Name: "work", Containers: 2, ReturnExceptions: true, Timeout: 3 * time.Second, Observer: &r,
			Retries: policy.Retries{MaxRetries: 1, InitialDelay: 5 * time.Second},
		})
		var failed int
		done := make(chan struct{})
		go func() {
			defer close(done)
			for res := range results {
				if res.Err != nil {
					failed++
				}
			}
		}()
		time.Sleep(500 * time.Millisecond)
		requireValues(t, map[string]float64{
			"longshore_taken_inputs_total work run": 10,
			"longshore_running_inputs work run":     2,
			"longshore_retrying_inputs work run":    2,
			"longshore_live_runs work run":          1,
			"longshore_containers work run running": 2,
			"longshore_containers work run idle":    0,
		}, &r)
		<-done
		synctest.Wait()
		require.Equal(t, 2, failed)
		require.Zero(t, r.Watched())
		requireValues(t, map[string]float64{
			"longshore_inputs_total work run succeeded":           8,
			"longshore_inputs_total work run failed":              2,
			"longshore_inputs_total work run cancelled":           0,
			"longshore_taken_inputs_total work run":               10,
			"longshore_retries_total work run":                    3,
			"longshore_reruns_total work run":                     1,
			"longshore_timeouts_total work run":                   2,
			"longshore_running_inputs work run":                   0,
			"longshore_runs_total work run":                       1,
			"longshore_failed_runs_total work run":                0,
			"longshore_live_runs work run":                        0,
			"longshore_container_starts_total work run":           3,
			"longshore_container_crashes_total work run":          1,
			"longshore_crash_events_total panic work input":       1,
			"longshore_attempts_total work succeeded":             8,
			"longshore_attempts_total work failed":                5,
			"longshore_attempt_duration_seconds work":             13,
			"longshore_attempt_duration_seconds work sum":         8 + 2*3,
			"longshore_container_start_duration_seconds work":     3,
			"longshore_container_start_duration_seconds work sum": 0,
			"longshore_dropped_events_total work run":             0,
		}, &r)
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
		f, err := mapper.Deploy(t.Context(), body, mapper.Options{Name: "api", Containers: 1, Observer: &r})
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 7)
		require.NoError(t, err)
		for !f.Stats().Pool.CrashLooping {
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		for f.Stats().Pool.Containers[0].State != supervisor.BackingOff {
			time.Sleep(time.Millisecond)
		}
		got, pool := values(r.Snapshot()), f.Stats().Pool
		require.InDelta(t, 1, got["longshore_crash_looping api function"], 0)
		require.InDelta(t, time.Until(pool.Containers[0].NextStart).Seconds(), got["longshore_next_start_seconds api function"], 0)
		require.Positive(t, got["longshore_next_start_seconds api function"])
		require.InDelta(t, pool.StartDebt, got["longshore_crash_debt api function start"], 0)
		require.InDelta(t, pool.StartLimit, got["longshore_crash_debt_limit api function start"], 0)
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
		requireValues(t, map[string]float64{"longshore_crash_looping api function": 0, "longshore_next_start_seconds api function": 0}, &r)
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
			"longshore_failed_runs_total api function":           0,
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
		_, err = f.Call(t.Context(), 8)
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 4)
		require.NoError(t, err)
		time.Sleep(time.Second)
		call.Cancel()
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		require.Zero(t, r.Watched())
		got := values(r.Snapshot())
		require.NotContains(t, got, "longshore_containers api run idle")
		requireValues(t, map[string]float64{
			"longshore_inputs_total api run succeeded":          2,
			"longshore_inputs_total api run failed":             1,
			"longshore_inputs_total api function succeeded":     1,
			"longshore_inputs_total api function failed":        0,
			"longshore_inputs_total api function cancelled":     1,
			"longshore_timeouts_total api function":             1,
			"longshore_runs_total api run":                      1,
			"longshore_runs_total api function":                 1,
			"longshore_container_crashes_total api function":    0,
			"longshore_containers api function idle":            0,
			"longshore_abandoned_containers_total api function": 0,
		}, &r)
	})
}

// TestACancelledRun: what executes when a run is stopped is not cancelled until it has ended.
func TestACancelledRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
			time.Sleep(10 * time.Second) // in spite of the end of its context
			return i, nil
		}, slices.Values(ints(9)), mapper.Options{Containers: 2, ReturnExceptions: true, Grace: time.Minute, Observer: &r})
		require.NoError(t, err)
		time.Sleep(time.Second)
		run.Stop()
		time.Sleep(time.Second)
		requireValues(t, map[string]float64{"longshore_inputs_total  run cancelled": 0}, &r)
		require.ErrorIs(t, run.Wait(), mapper.ErrStopped)
		got := values(r.Snapshot())
		require.InDelta(t, 2, got["longshore_inputs_total  run succeeded"], 0)
		require.Positive(t, got["longshore_inputs_total  run cancelled"])
		require.InDelta(t, 1, got["longshore_failed_runs_total  run"], 0)
		require.InDelta(t, got["longshore_taken_inputs_total  run"],
			got["longshore_inputs_total  run succeeded"]+got["longshore_inputs_total  run cancelled"], 0)
		for range run.All() {
		}
		require.Equal(t, got, values(r.Snapshot()))
	})
}

func no(context.Context, int) error { return nil }

// TestNamesAreBounded: thousands of names are few series, and no input is lost.
func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	for i := range 1500 {
		require.NoError(t, mapper.Each(t.Context(), no, ints(2), mapper.Options{Name: fmt.Sprint(i), Containers: 1, Observer: &r}))
	}
	series, inputs := 0, 0.
	for _, f := range r.Snapshot() {
		require.LessOrEqual(t, len(f.Samples), 1001)
		if f.Name == "longshore_inputs_total" && f.Fixed.Value == "succeeded" {
			series = len(f.Samples)
			for _, s := range f.Samples {
				inputs += s.Value
			}
		}
	}
	require.Equal(t, 1001, series)
	require.InDelta(t, 3000, inputs, 0)
	requireValues(t, map[string]float64{"longshore_inputs_total other run succeeded": 1000}, &r)
	require.Zero(t, r.Watched())
}

// deaf is told of nothing.
type deaf struct{ metrics.Registry }

func (*deaf) Wants(supervisor.Kind) bool { return false }

// TestLostEvents: a run whose end we are not told of is let go of nevertheless.
func TestLostEvents(t *testing.T) {
	t.Parallel()
	var r deaf
	for range 1000 {
		require.NoError(t, mapper.Each(t.Context(), no, ints(2), mapper.Options{Containers: 1, Observer: &r}))
		require.LessOrEqual(t, r.Watched(), 65)
	}
	requireValues(t, map[string]float64{"longshore_inputs_total  run succeeded": 2000, "longshore_runs_total  run": 1000}, &r.Registry)
}

// TestCountersNeverFall: whoever asks while runs begin and end sees counters grow.
func TestCountersNeverFall(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	var work, askers sync.WaitGroup
	over := make(chan struct{})
	for range 3 {
		askers.Go(func() {
			last := map[string]float64{}
			for {
				for _, f := range r.Snapshot() {
					if f.Type == metrics.Counter {
						for _, s := range f.Samples {
							key := f.Instrument + fmt.Sprint(s.Labels)
							if s.Value < last[key] {
								t.Errorf("%s fell from %v to %v", key, last[key], s.Value)
							}
							last[key] = s.Value
						}
					}
				}
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	for range 4 {
		work.Go(func() {
			for range 25 {
				_, _ = mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
					if i%10 == 0 {
						return 0, errBad
					}
					return i, nil
				}, ints(100), mapper.Options{Containers: 2, ReturnExceptions: true, Observer: &r})
			}
		})
	}
	work.Wait()
	close(over)
	askers.Wait()
	requireValues(t, map[string]float64{
		"longshore_inputs_total  run succeeded": 9000, "longshore_inputs_total  run failed": 1000, "longshore_runs_total  run": 100,
	}, &r)
}
