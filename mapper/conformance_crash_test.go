package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// crashSetup and crashWant are a case of area crash_policy. What crashes is always a container: it panics while it
// executes an input, or while it starts.
type crashSetup struct {
	App        string `json:"app"`
	CrashAt    string `json:"crash_at"`
	Crash      string `json:"crash"`
	Input      string `json:"input"`
	Inputs     int    `json:"inputs"`
	ForS       int    `json:"for_s"`
	MaxInputs  int    `json:"max_inputs"`
	MaxRetries int    `json:"max_retries"`
	Event      string `json:"event"`
}

type crashWant struct {
	Ends            bool   `json:"ends"`
	Pending         string `json:"pending_inputs"`
	Error           string `json:"error"`
	NewAfter        int    `json:"new_containers_after"`
	Results         int    `json:"results"`
	FailedInputs    int    `json:"failed_inputs"`
	StartIntervals  string `json:"start_intervals"`
	BackoffReset    bool   `json:"backoff_reset"`
	Deaths          int    `json:"container_deaths"`
	Rescheduled     bool   `json:"assigned_inputs_rescheduled"`
	OthersKept      bool   `json:"other_results_kept"`
	UserRetriesUsed int    `json:"user_retries_used"`
	Replaced        bool   `json:"container_replaced"`
	Lost            int    `json:"inputs_lost"`
	Input           string `json:"input"`
	ExitHooksRun    bool   `json:"exit_hooks_run"`
}

var errCrash = errors.New("the container's own error")

func runCrashCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[crashSetup](t, c.Setup), decodeCase[crashWant](t, c.Want())
	var run func(*testing.T, crashSetup, crashWant)
	switch {
	case setup.Event == "preemption during input":
		run = crashPreempted
	case setup.CrashAt == "startup":
		run = crashAtStartup
	case setup.CrashAt == "execution" && setup.Input != "":
		run = crashPoison
	case setup.CrashAt == "execution":
		run = crashDuringInput
	case setup.App == "ephemeral" && setup.Crash == "always":
		run = crashEphemeral
	case setup.App == "ephemeral":
		require.Equal(t, "1 start in 20", setup.Crash)
		run = crashNowAndThen
	case setup.App == "deployed" && setup.Crash == "always":
		run = crashDeployed
	case setup.App == "deployed":
		require.Equal(t, "first 5 starts", setup.Crash)
		run = crashRecovers
	}
	require.NotNil(t, run, "a crash case that nobody runs: %s", c.Setup)
	synctest.Test(t, func(t *testing.T) { run(t, setup, want) })
}

// crashPoison: an input that kills its container each time fails after so many deaths, with the crash.
func crashPoison(t *testing.T, setup crashSetup, want crashWant) {
	run, err := mapper.Start(t.Context(), func(context.Context, int) (int, error) { panic(errCrash) },
		slices.Values([]int{0}), mapper.Options{
			Containers: 1, CrashLimit: want.Deaths, Retries: policy.Retries{MaxRetries: setup.MaxRetries},
			Crashes: policy.Ephemeral{ColdDebt: 100, Debt: 100},
		})
	require.NoError(t, err)
	for r := range run.All() {
		requireCrash(t, r.Err, 0)
		require.Equal(t, want.Deaths, r.Attempts)
	}
	require.Equal(t, want.Deaths, run.Stats().Pool.Crashes)
	require.Equal(t, want.Deaths, run.Stats().Pool.Starts)
	require.Equal(t, "internal_failure", want.Error)
}

// requireCrash checks that err is the crash of a container on the input, and its own error is within reach.
func requireCrash(t *testing.T, err error, input int) {
	t.Helper()
	var crash *supervisor.CrashError
	require.ErrorAs(t, err, &crash)
	require.Equal(t, supervisor.PhaseInput, crash.Phase)
	require.Equal(t, input, crash.Input)
	require.ErrorIs(t, err, errCrash)
}

// crashDuringInput: one crash costs one re-run and nothing else.
func crashDuringInput(t *testing.T, setup crashSetup, want crashWant) {
	attempts := make([]atomic.Int32, setup.Inputs)
	run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
		n := attempts[i].Add(1)
		if err := during(ctx, time.Second); err != nil {
			return 0, err
		}
		if i == 3 && n == 1 {
			panic(errCrash)
		}
		return i, nil
	}, slices.Values(ints(setup.Inputs)), mapper.Options{Containers: max(setup.MaxInputs, 2)})
	require.NoError(t, err)
	got := 0
	for r := range run.All() {
		require.NoError(t, r.Err)
		require.Equal(t, int(attempts[r.Index].Load()), r.Attempts)
		got++
	}
	require.Equal(t, setup.Inputs, got)
	for i := range attempts {
		wantAttempts := int32(1)
		if i == 3 && want.Rescheduled {
			wantAttempts = 2
		}
		require.Equal(t, wantAttempts, attempts[i].Load(), "input %d: others are kept", i)
	}
	stats := run.Stats()
	require.Equal(t, want.UserRetriesUsed, stats.Retries)
	require.Equal(t, 1, stats.Reruns)
	require.Equal(t, 1, stats.Pool.Crashes)
	require.Equal(t, max(setup.MaxInputs, 2)+1, stats.Pool.Starts, "the container is replaced")
}

// crashEphemeral: a function that does nothing but crash ends the run, and each input says why.
func crashEphemeral(t *testing.T, setup crashSetup, want crashWant) {
	var cutoffs, after atomic.Int32
	pulled := make(chan struct{}) // what is not pulled when the run ends has no result
	inputs := func(yield func(int) bool) {
		defer close(pulled)
		slices.Values(ints(setup.Inputs))(yield)
	}
	run, err := mapper.Start(t.Context(), func(context.Context, int) (int, error) { <-pulled; panic(errCrash) },
		inputs, mapper.Options{
			Containers: 8, ReturnExceptions: true, Crashes: policy.Ephemeral{ColdInputs: 48}, // of 100
			Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
				switch {
				case ev.Kind == supervisor.Cutoff:
					cutoffs.Add(1)
				case ev.Kind == supervisor.ContainerStarted && cutoffs.Load() > 0:
					after.Add(1)
				}
			}),
		})
	require.NoError(t, err)
	failed := 0
	for r := range run.All() {
		failed++
		require.ErrorIs(t, r.Err, errCrash)
	}
	require.Equal(t, "all failed", want.Pending)
	require.Equal(t, setup.Inputs, failed)
	require.ErrorIs(t, run.Wait(), supervisor.ErrCutoff)
	require.ErrorIs(t, run.Wait(), errCrash, want.Error)
	require.EqualValues(t, 1, cutoffs.Load())
	require.EqualValues(t, want.NewAfter, after.Load())
	starts := run.Stats().Pool.Starts
	time.Sleep(time.Hour)
	require.Equal(t, starts+want.NewAfter, run.Stats().Pool.Starts)
}

// crashNowAndThen: one attempt in 20 crashes, each of another input.
func crashNowAndThen(t *testing.T, setup crashSetup, want crashWant) {
	var begun atomic.Int32
	out, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
		if begun.Add(1)%20 == 0 {
			panic(errCrash)
		}
		return i, during(ctx, time.Second)
	}, ints(setup.Inputs), mapper.Options{Containers: 8})
	require.NoError(t, err)
	require.Equal(t, ints(want.Results), out)
}

// crashDeployed: it never gives up, and tries ever more slowly: five inputs by their own waits, and many, which are a
// crash loop, by its canaries. The inputs' own limit is out of the way.
func crashDeployed(t *testing.T, setup crashSetup, want crashWant) {
	for _, inputs := range []int{setup.Inputs, 1000} {
		ctx, cancel := context.WithCancel(t.Context())
		epoch := time.Now()
		var events tally[time.Duration]
		run, err := mapper.Start(ctx, func(context.Context, int) (int, error) { panic(errCrash) },
			slices.Values(ints(inputs)), mapper.Options{
				Containers: 5, CrashLimit: 1 << 20, Crashes: policy.Deployed{},
				Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
					if ev.Kind == supervisor.ContainerStarted {
						events.add(ev.Time.Sub(epoch))
					}
				}),
			})
		require.NoError(t, err)
		time.Sleep(time.Duration(setup.ForS) * time.Second)
		synctest.Wait()
		stats := run.Stats()
		require.Equal(t, want.FailedInputs, stats.Failed)
		require.Zero(t, stats.Succeeded, "still pending")
		require.Equal(t, inputs > setup.Inputs, stats.Pool.CrashLooping)
		require.Equal(t, "non-decreasing up to a cap", want.StartIntervals)
		var before time.Duration
		starts := slices.Compact(events.all())
		require.Greater(t, len(starts), 3)
		for n := range starts[1:] {
			interval := starts[n+1] - starts[n]
			if before < 15*time.Second { // up to the cap; there, half of it is random
				require.GreaterOrEqual(t, interval, before, "%v", starts)
			}
			require.LessOrEqual(t, interval, 30*time.Second)
			before = interval
		}
		cancel()
		_ = run.Wait()
	}
}

// crashRecovers: after a crash loop everything is done, and everything forgiven.
func crashRecovers(t *testing.T, setup crashSetup, want crashWant) {
	var starts atomic.Int32
	run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
		if starts.Add(1) <= 5 {
			panic(errCrash)
		}
		return i, nil
	}, slices.Values(ints(setup.Inputs)), mapper.Options{Containers: 1, CrashLimit: 100, Crashes: policy.Deployed{}})
	require.NoError(t, err)
	results := 0
	for r := range run.All() {
		require.NoError(t, r.Err)
		results++
	}
	require.Equal(t, want.Results, results)
	pool := run.Stats().Pool
	require.Equal(t, want.BackoffReset, !pool.CrashLooping && pool.Streak == 0 && pool.Containers[0].Crashes == 0, "%+v", pool)
}
