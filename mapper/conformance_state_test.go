package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// caseStep is one step of an input's way through Modal's states. Ours are read off Stats: in a container, or
// waiting for a retry, or settled.
type caseStep struct {
	Event      string `json:"event"`
	Status     string `json:"status"`
	RetryCount int    `json:"retry_count"`
	Gives      string `json:"gives"`
	State      string `json:"state"`
	Count      *int   `json:"count"`
	Queue      *int   `json:"queue"`
}

func (s caseStep) duplicate() bool {
	return s.Gives == "STALE_RETRY_DUPLICATE" || s.Gives == "ALREADY_COMPLETE_DUPLICATE"
}

// runStateCase drives one input through the steps. An output that comes twice is that of an attempt which was
// abandoned: its time out is the first, what it returns in the end the second.
func runStateCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Policy        casePolicy `json:"policy"`
		ClientRetries bool       `json:"client_retries"`
		Steps         []caseStep `json:"steps"`
	}](t, c.Setup)
	require.True(t, setup.ClientRetries)
	synctest.Test(t, func(t *testing.T) {
		outputs, late := make(chan string), make(chan string)
		abandons := slices.ContainsFunc(setup.Steps, caseStep.duplicate)
		opts := mapper.Options{Containers: 1, Retries: setup.Policy.ours(), ReturnExceptions: true}
		if abandons {
			opts.Timeout, opts.Grace = caseTimeout, time.Second
		}
		var begun tally[int] // AttemptFrom's attempt, of each attempt
		run, err := mapper.Start(t.Context(), func(ctx context.Context, _ int) (string, error) {
			a, _ := mapper.AttemptFrom(ctx)
			begun.add(a.Attempt)
			status := ""
			select {
			case status = <-outputs:
			case status = <-late: // deaf to ctx
			}
			switch status {
			case "success":
				return "ok", nil
			case "internal_failure":
				panic("lost")
			}
			return "", errors.New(status)
		}, slices.Values([]int{0}), opts)
		require.NoError(t, err)
		results := run.Results()

		failures := 0
		for n, step := range setup.Steps {
			what := fmt.Sprintf("step %d: %+v", n, step)
			synctest.Wait()
			next := caseStep{}
			if n+1 < len(setup.Steps) {
				next = setup.Steps[n+1]
			}
			switch {
			case step.Event == "take_for_retry":
				if setup.Steps[n-1].Status != "internal_failure" {
					time.Sleep(setup.Policy.ours().Delay(failures) - 1)
					synctest.Wait()
					require.Len(t, begun.all(), step.RetryCount, "%s: too early", what)
					time.Sleep(time.Nanosecond)
					synctest.Wait()
				}
				require.Len(t, begun.all(), step.RetryCount+1, what)
				require.Equal(t, step.RetryCount+1, begun.all()[step.RetryCount], what)
			case step.Event != "output":
			case step.duplicate():
				late <- step.Status
			case next.duplicate():
				time.Sleep(caseTimeout + opts.Grace)
				failures++
			default:
				outputs <- step.Status
				failures++
			}
			synctest.Wait()
			requireState(t, run.Stats(), step, what)
		}
		if last := setup.Steps[len(setup.Steps)-1]; last.State != "COMPLETE" { // let it go on to its end
			synctest.Wait()
			if len(begun.all()) == 1 && last.State == "WAITING_TO_RETRY" {
				time.Sleep(setup.Policy.ours().Delay(failures))
			}
			outputs <- "success"
		}
		n := 0
		for r := range results {
			n++
			require.Equal(t, len(begun.all()), r.Attempts)
		}
		require.Equal(t, 1, n, "one result, however many outputs")
		synctest.Wait()
		require.Zero(t, run.Stats().Pool.Lingering)
	})
}

func requireState(t *testing.T, stats mapper.Stats, step caseStep, what string) {
	t.Helper()
	settled := stats.Succeeded + stats.Failed
	switch step.State {
	case "SENDING", "WAITING_FOR_OUTPUT", "RETRYING":
		require.Equal(t, []int{0, 0}, []int{settled, stats.Retrying}, what)
	case "WAITING_TO_RETRY":
		require.Zero(t, settled, what)
		if step.Status != "internal_failure" { // a lost input does not wait: it is re-run at once
			require.Equal(t, []int{1, 0}, []int{stats.Retrying, stats.Running}, what)
		}
	case "COMPLETE":
		require.Equal(t, []int{1, 0, 0}, []int{settled, stats.Retrying, stats.Running}, what)
	}
	if step.Count != nil && step.Gives != "FAILED_COMPLETION" && step.State != "COMPLETE" { // Modal counts before it asks
		require.Equal(t, *step.Count, stats.Retries+stats.Reruns, what)
	}
}

// runManagerCase drives ten inputs at once.
func runManagerCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Items       int        `json:"items"`
		Policy      casePolicy `json:"policy"`
		Outstanding int        `json:"max_inputs_outstanding"`
	}](t, c.Setup)
	type queued struct {
		State string `json:"state"`
		Queue int    `json:"queue"`
	}
	want := decodeCase[struct {
		Put     int     `json:"waiting_after_put"`
		Failed  *queued `json:"after_failure"`
		Lost    *queued `json:"after_internal_failure"`
		Number  int     `json:"retry_numbers"`
		Success int     `json:"after_success"`
	}](t, c.Expect)
	synctest.Test(t, func(t *testing.T) {
		outputs := make(chan error)
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			err := <-outputs
			if err != nil && want.Lost != nil {
				panic(err)
			}
			if a, _ := mapper.AttemptFrom(ctx); err == nil && want.Number > 0 && a.Attempt != want.Number+1 {
				return 0, policy.Permanent(errors.New("wrong attempt number"))
			}
			return i, err
		}, slices.Values(make([]int, setup.Items)), mapper.Options{
			Containers: setup.Items, Retries: setup.Policy.ours(), Outstanding: setup.Outstanding, ReturnExceptions: true,
		})
		require.NoError(t, err)
		results := run.Results()
		synctest.Wait()
		require.Equal(t, setup.Items, run.Stats().Running)
		if want.Put > 0 {
			require.Equal(t, want.Put, run.Stats().Taken)
		}
		if q := want.Failed; q != nil {
			for range setup.Items {
				outputs <- errors.New("failure")
			}
			synctest.Wait()
			require.Equal(t, q.Queue, run.Stats().Retrying)
			require.Equal(t, q.Queue, run.Stats().Retries)
			require.Zero(t, run.Stats().Running)
			time.Sleep(setup.Policy.ours().Delay(1))
		}
		if q := want.Lost; q != nil {
			for range setup.Items {
				outputs <- errors.New("lost")
			}
			synctest.Wait() // re-run at once
			require.Equal(t, q.Queue, run.Stats().Reruns)
			require.Zero(t, run.Stats().Retries)
		}
		synctest.Wait()
		require.Equal(t, setup.Items, run.Stats().Running)
		for range setup.Items {
			outputs <- nil
		}
		for r := range results {
			require.NoError(t, r.Err)
		}
		stats := run.Stats()
		require.Equal(t, setup.Items, stats.Succeeded)
		require.Equal(t, want.Success, stats.Taken-stats.Delivered)
	})
}
