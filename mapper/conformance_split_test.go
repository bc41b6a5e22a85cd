package mapper_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// splitSetup and splitWant are a case of batches with bad rows.
type splitSetup struct {
	Size       int     `json:"batch_size"`
	Inputs     int     `json:"inputs"`
	Bad        []int   `json:"bad"`
	FnMS       float64 `json:"fn_ms"`
	Containers int     `json:"containers"`
	MaxRetries int     `json:"max_retries"`
	Error      string  `json:"error"` // in words: one for the whole batch
}

type splitWant struct {
	Calls         [][2]int `json:"calls"` // the first and last input of each
	Makespan      float64  `json:"makespan"`
	OK            int      `json:"ok"`
	Failed        []int    `json:"failed"`
	AttemptsOfBad int      `json:"attempts_of_5"`
}

// splitWays are how inputs come to a batch. Each waits for a full one, or for the end of the inputs.
var splitWays = map[string]func(*testing.T, mapper.Body[int, int], splitSetup, mapper.Options) []mapper.Result[int, int]{
	"map": func(t *testing.T, body mapper.Body[int, int], s splitSetup, opts mapper.Options) []mapper.Result[int, int] {
		return results(body.Map(t.Context(), ints(s.Inputs), opts))
	},
	"mapseq": func(t *testing.T, body mapper.Body[int, int], s splitSetup, opts mapper.Options) []mapper.Result[int, int] {
		return results(body.MapSeq(t.Context(), slices.Values(ints(s.Inputs)), opts))
	},
	"start": func(t *testing.T, body mapper.Body[int, int], s splitSetup, opts mapper.Options) []mapper.Result[int, int] {
		run, err := body.Start(t.Context(), slices.Values(ints(s.Inputs)), opts)
		require.NoError(t, err)
		all := slices.Collect(run.All())
		require.NoError(t, run.Wait())
		require.Equal(t, s.MaxRetries*s.Size, run.Stats().Retries)
		require.Zero(t, run.Stats().Reruns)
		return all
	},
	"collect": func(t *testing.T, body mapper.Body[int, int], s splitSetup, opts mapper.Options) (all []mapper.Result[int, int]) {
		values, err := body.Collect(t.Context(), ints(s.Inputs), opts)
		failures, ok := errors.AsType[*mapper.FailuresError](err)
		require.True(t, ok, "%v", err)
		for i, v := range values {
			r := mapper.Result[int, int]{Index: i, Input: i, Value: v}
			for _, f := range failures.Failures {
				if f.Index == i {
					r.Err, r.Attempts = f.Err, f.Attempts
				}
			}
			all = append(all, r)
		}
		return all
	},
	"a run on a function": func(t *testing.T, body mapper.Body[int, int], s splitSetup, opts mapper.Options) []mapper.Result[int, int] {
		opts.ReturnExceptions = false
		f := deploy(t, body, opts)
		all := results(f.MapSeq(t.Context(), slices.Values(ints(s.Inputs)), mapper.RunOptions{ReturnExceptions: true}))
		require.NoError(t, f.Stop(t.Context()))
		return all
	},
	"calls": func(t *testing.T, body mapper.Body[int, int], s splitSetup, opts mapper.Options) (all []mapper.Result[int, int]) {
		opts.ReturnExceptions = false
		f := deploy(t, body, opts)
		calls, err := f.SpawnAll(t.Context(), ints(s.Inputs))
		require.NoError(t, err)
		for i, c := range calls {
			v, err := c.Get(t.Context())
			all = append(all, mapper.Result[int, int]{Index: i, Input: i, Value: v, Err: err})
		}
		require.NoError(t, f.Stop(t.Context()))
		return all
	},
}

func runSplitCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[splitSetup](t, c.Setup), decodeCase[splitWant](t, c.Want())
	for name, way := range splitWays {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table := newTable(setup.Bad...)
				table.take = caseMS(setup.FnMS)
				body := mapper.Batched(table.insert, mapper.Batch{Size: setup.Size, Wait: time.Minute})
				all := way(t, body, setup, mapper.Options{
					Containers: setup.Containers, Retries: policy.Retries{MaxRetries: setup.MaxRetries}, ReturnExceptions: true,
				})
				require.Equal(t, want.Calls, table.calls())
				require.Equal(t, caseMS(want.Makespan), table.ended)
				require.Equal(t, want.Failed, table.failed(t, all))
				require.Equal(t, want.OK, len(all)-len(want.Failed))
				require.Equal(t, want.AttemptsOfBad, table.tries[5])
			})
		})
	}
}
