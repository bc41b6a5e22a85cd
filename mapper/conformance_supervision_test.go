package mapper_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// bySupervisor lists the cases of supervision_cases.json that are about containers without inputs. Traces are package
// policy's.
var bySupervisor = map[string]string{
	"SUP-23": "containers whose start crashes: run by the supervisor's tests",
	"SUP-25": "some containers crash and others do not, whatever the input: run by the supervisor's tests",
	"SUP-27": "what a snapshot lists: run by the supervisor's tests",
	"SUP-37": "ends that nobody calls crashes: run by the supervisor's tests",
}

var supervisionCases = map[string]func(*testing.T){
	"SUP-35": separateBudgets,
	"SUP-39": stopWhileWaiting,
}

func TestConformanceSupervision(t *testing.T) {
	cases, err := conformance.Supervision()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, c := range cases {
		known[c.ID] = true
		_, listed := bySupervisor[c.ID]
		if run, ok := supervisionCases[c.ID]; ok {
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, run)
			})
		} else if c.Level == "run" {
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { playRun(t, c) })
			})
		} else if !listed && c.Level != "trace" {
			t.Errorf("%s (%s) is neither run nor listed", c.ID, c.Name)
		}
	}
	for id := range supervisionCases {
		require.True(t, known[id], "%s is run and does not exist", id)
	}
	for id := range bySupervisor {
		require.True(t, known[id], "%s is listed and does not exist", id)
	}
}

// separateBudgets: an error, two crashes, an error, a value; two retries.
func separateBudgets(t *testing.T) {
	var trace tally[time.Duration]
	var ids tally[int]
	begin := time.Now()
	run, err := mapper.Start(t.Context(), func(ctx context.Context, _ int) (int, error) {
		a, _ := mapper.AttemptFrom(ctx)
		trace.add(time.Since(begin))
		ids.add(a.Attempt)
		switch a.Attempt {
		case 1, 4:
			return 0, errors.New("user error")
		case 2, 3:
			panic(errCrash)
		}
		return 42, nil
	}, slices.Values([]int{0}), mapper.Options{Retries: policy.Retries{MaxRetries: 2, InitialDelay: 10 * time.Second}})
	require.NoError(t, err)
	for r := range run.All() {
		require.NoError(t, r.Err)
		require.Equal(t, 42, r.Value)
		require.Equal(t, 5, r.Attempts)
	}
	stats := run.Stats()
	require.Equal(t, []int{2, 2}, []int{stats.Retries, stats.Reruns})
	require.Equal(t, []int{1, 2, 3, 4, 5}, ids.all(), "each attempt has an id of its own")
	at := trace.all()
	require.Equal(t, 10*time.Second, at[1]-at[0], "the first retry")
	require.LessOrEqual(t, at[3]-at[1], time.Second, "no user backoff after a crash")
	require.Equal(t, 20*time.Second, at[4]-at[3], "the second retry, as if there had been no crash")
}

// stopWhileWaiting: stopped or cancelled while a retry waits, a lineage backs off, or the gate is open.
func stopWhileWaiting(t *testing.T) {
	plain := func(err error, crash bool) mapper.Body[int, int] {
		return mapper.Plain(func(context.Context, int) (int, error) {
			if crash {
				panic(err)
			}
			return 0, err
		})
	}
	unready := mapper.WithState(func(context.Context) (int, error) { return 0, errCrash },
		func(context.Context, int, int) (int, error) { return 0, nil }, nil)
	for name, c := range map[string]struct {
		crashes policy.Crashes
		body    mapper.Body[int, int]
	}{
		"retry":   {nil, plain(errors.New("user error"), false)},
		"backoff": {policy.Ephemeral{ColdDebt: 100, Debt: 100}, unready},
		"gate":    {policy.Deployed{}, plain(errCrash, true)},
	} {
		for _, cancels := range []bool{false, true} {
			ctx, cancel := context.WithCancel(t.Context())
			run, err := c.body.Start(ctx, slices.Values(ints(100)), mapper.Options{
				Containers: 2, CrashLimit: 1 << 20, Crashes: c.crashes, ReturnExceptions: true,
				Retries: policy.Retries{MaxRetries: 1000, InitialDelay: time.Minute},
			})
			require.NoError(t, err)
			time.Sleep(30*time.Second + time.Millisecond)
			synctest.Wait()
			require.Zero(t, run.Stats().Running, "%s: nothing runs, everything waits", name)
			before, n, want := time.Now(), run.Stats().Pool.Starts, mapper.ErrStopped
			if cancels {
				cancel()
				want = context.Canceled
			} else {
				run.Stop()
			}
			failed := 0
			for r := range run.All() {
				require.ErrorIs(t, r.Err, want)
				failed++
			}
			require.Equal(t, 100, failed)
			require.ErrorIs(t, run.Wait(), want)
			require.Zero(t, time.Since(before), name)
			time.Sleep(time.Hour)
			require.Equal(t, n, run.Stats().Pool.Starts, "%s: nothing begins after the end", name)
			require.Equal(t, supervisor.Stopped, run.Stats().Pool.Containers[0].State)
			cancel()
		}
	}
}
