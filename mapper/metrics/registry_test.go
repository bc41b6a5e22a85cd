package metrics_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/policy"
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

// work takes a second. Input 0 panics once, after the others have begun, 1 fails always, 2 once, 4 times out.
func work(ctx context.Context, i int) (int, error) {
	attempt, _ := mapper.AttemptFrom(ctx)
	first := attempt.Attempt == 1
	wait := time.Second
	switch {
	case i == 1, i == 2 && first:
		return 0, errBad
	case i == 0 && first:
		time.Sleep(100 * time.Millisecond)
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
			"longshore_retrying_inputs work run":    3, // that which crashed waits for one that works
			"longshore_live_runs work run":          1,
			"longshore_containers work run running": 2,
			"longshore_containers work run idle":    0,
		}, &r)
		<-done
		synctest.Wait()
		require.Equal(t, 2, failed)
		require.Zero(t, r.Watched())
		requireValues(t, map[string]float64{
			"longshore_inputs_total work run succeeded":                   8,
			"longshore_inputs_total work run failed":                      2,
			"longshore_inputs_total work run cancelled":                   0,
			"longshore_taken_inputs_total work run":                       10,
			"longshore_retries_total work run":                            3,
			"longshore_reruns_total work run":                             1,
			"longshore_timeouts_total work run":                           2,
			"longshore_running_inputs work run":                           0,
			"longshore_start_debt_limit work run":                         0,
			"longshore_runs_total work run":                               1,
			"longshore_ended_runs_total work run completed_with_failures": 1,
			"longshore_live_runs work run":                                0,
			"longshore_container_starts_total work run":                   3,
			"longshore_container_crashes_total work run":                  1,
			"longshore_crash_events_total panic work input":               1,
			"longshore_attempts_total work succeeded":                     8,
			"longshore_attempts_total work failed":                        5,
			"longshore_attempt_duration_seconds work":                     13,
			"longshore_attempt_duration_seconds work sum":                 8 + 2*3,
			"longshore_container_start_duration_seconds work":             3,
			"longshore_container_start_duration_seconds work sum":         0,
			"longshore_dropped_events_total work run":                     0,
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
		require.InDelta(t, 1, got["longshore_ended_runs_total  run stopped"], 0)
		require.InDelta(t, got["longshore_taken_inputs_total  run"],
			got["longshore_inputs_total  run succeeded"]+got["longshore_inputs_total  run cancelled"], 0)
		for range run.All() {
		}
		require.Equal(t, got, values(r.Snapshot()))
	})
}

// TestSeveralOfOneName: the sum of most things, and of debts and limits the greatest.
func TestSeveralOfOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		var limit float64
		var runs sync.WaitGroup
		for n := range 2 {
			runs.Go(func() {
				_ = mapper.Each(t.Context(), func(context.Context, int) error {
					time.Sleep(time.Minute)
					return nil
				}, ints(1), mapper.Options{Name: "work", Containers: 1, Observer: &r})
			})
			time.Sleep(time.Second)
			got := values(r.Snapshot())
			require.InDelta(t, n+1, got["longshore_containers work run running"], 0)
			if n == 0 {
				limit = got["longshore_start_debt_limit work run"]
				require.Positive(t, limit)
			} else {
				require.InDelta(t, limit, got["longshore_start_debt_limit work run"], 0)
			}
		}
		runs.Wait()
	})
}

func no(context.Context, int) error { return nil }
