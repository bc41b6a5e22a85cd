package mapper_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
)

// handleSetup and handleWant are a case of area handles: what a caller does with calls that it has spawned.
type handleSetup struct {
	API          string   `json:"api"`
	Op           string   `json:"op"`
	Spawn        int      `json:"spawn"`
	Running      bool     `json:"running"`
	GetTimeoutMS float64  `json:"get_timeout_ms"`
	TimeoutMS    *float64 `json:"timeout_ms"`
	Done         bool     `json:"done"`
	Inputs       []any    `json:"inputs"`
	Fn           caseFn   `json:"fn"`
	Start        int      `json:"start"`
	End          int      `json:"end"`
}

type handleWant struct {
	Error      string `json:"error"`
	Then       any    `json:"then_when_done"`
	KeptAfter  bool   `json:"result_kept_after_get"`
	NumInputs  int    `json:"num_inputs"`
	NumByID    int    `json:"num_inputs_by_id"`
	GetByIndex []any  `json:"get_by_index"`
	Yields     []any  `json:"yields"`
	PollsMin   int    `json:"polls_min"`
	Value      any    `json:"value"`
}

func runHandleCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[handleSetup](t, c.Setup), decodeCase[handleWant](t, c.Want())
	run := handleMany
	switch {
	case setup.Spawn > 0:
		run = handleGet
	case setup.Op == "get" && setup.TimeoutMS != nil:
		run = handlePoll
	default:
		require.NotEmpty(t, setup.Inputs, "a case of area handles that nobody runs")
	}
	synctest.Test(t, func(t *testing.T) { run(t, setup, want) })
}

// spawned is a function that returns the value for whoever waits until it is opened, and calls of it.
func spawned(t *testing.T, n int, value any) (calls []*mapper.Call[any], open func()) {
	t.Helper()
	wait, open := barrier(t)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(context.Context, any) (any, error) {
		<-wait
		return value, nil
	}), mapper.Options{Containers: n})
	require.NoError(t, err)
	calls, err = f.SpawnAll(t.Context(), make([]any, n))
	require.NoError(t, err)
	synctest.Wait()
	require.Equal(t, n, f.Stats().Running)
	return calls, open
}

// get is Get with a time limit of the waiter's own.
func get(t *testing.T, c *mapper.Call[any], limit time.Duration) (any, error) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return c.Get(ctx)
}

// handleGet: who waits for so long waits no longer, and the call goes on.
func handleGet(t *testing.T, setup handleSetup, want handleWant) {
	calls, open := spawned(t, setup.Spawn, want.Then)
	if !setup.Running {
		open()
		synctest.Wait()
	}
	for _, c := range calls {
		begin := time.Now()
		_, err := get(t, c, caseMS(setup.GetTimeoutMS))
		if want.Error != "" {
			require.Equal(t, "timeout", want.Error)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NotErrorIs(t, err, mapper.ErrTimeout, "the waiter's limit is not the attempt's")
			require.Equal(t, caseMS(setup.GetTimeoutMS), time.Since(begin))
		}
	}
	open()
	for _, c := range calls {
		times := 1
		if want.KeptAfter {
			times = 3
		}
		for range times {
			v, err := c.Get(t.Context())
			require.NoError(t, err)
			require.Equal(t, want.Then, v)
		}
	}
}

// handlePoll: a limit of zero asks once, which is Poll, or Get with a context that has ended.
func handlePoll(t *testing.T, setup handleSetup, want handleWant) {
	calls, open := spawned(t, max(want.PollsMin, 1), want.Value)
	if setup.Done {
		open()
		synctest.Wait()
	}
	for _, c := range calls {
		polled, pollErr := c.Poll()
		got, getErr := get(t, c, caseMS(*setup.TimeoutMS))
		if !setup.Done {
			require.Equal(t, "timeout", want.Error)
			require.Equal(t, mapper.ErrPending, pollErr)
			require.ErrorIs(t, getErr, context.DeadlineExceeded)
			continue
		}
		require.NoError(t, pollErr)
		require.NoError(t, getErr)
		require.Equal(t, []any{want.Value, want.Value}, []any{polled, got})
	}
}

// handleMany: one handle for many inputs is a slice of calls. There are no ids: by id is by the function's numbers.
func handleMany(t *testing.T, setup handleSetup, want handleWant) {
	f, err := mapper.Deploy(t.Context(), mapper.Plain(setup.Fn.build(t, &callCounter{})), mapper.Options{Containers: 2})
	require.NoError(t, err)
	calls, err := f.SpawnAll(t.Context(), setup.Inputs)
	require.NoError(t, err)
	require.Len(t, calls, len(setup.Inputs))
	if want.NumInputs > 0 {
		require.Len(t, calls, want.NumInputs)
	}
	for i, v := range want.GetByIndex {
		got, err := calls[i].Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, v, got)
	}
	if setup.Op == "iter" {
		got, err := mapper.Gather(t.Context(), calls[setup.Start:setup.End]...)
		require.NoError(t, err)
		require.Equal(t, want.Yields, got)
	}
	require.NoError(t, f.Stop(t.Context()))
	if want.NumByID > 0 {
		require.Equal(t, want.NumByID, f.Stats().Succeeded)
	}
}
