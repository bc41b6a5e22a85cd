package mapper_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// runExpandCase runs a tree of 13 nodes: a root, three children each, two levels.
func runExpandCase(t *testing.T, c conformance.Case) {
	type setup struct {
		Tree       string   `json:"tree"` // in words
		FnMS       float64  `json:"fn_ms"`
		Containers int      `json:"containers"`
		FailsOnce  []string `json:"fails_once_after_add"`
		MaxRetries int      `json:"max_retries"`
		DelayMS    float64  `json:"delay_ms"`
	}
	type want struct {
		Results    int       `json:"results"`
		Indexes    string    `json:"indexes"` // in words: all
		LevelEnds  []float64 `json:"level_ends"`
		BeginsRoot []float64 `json:"begins_root"`
		Makespan   float64   `json:"makespan"`
	}
	s, w := decodeCase[setup](t, c.Setup), decodeCase[want](t, c.Want())
	synctest.Test(t, func(t *testing.T) {
		plain, begin := tree(2, 3), time.Now()
		var roots, ends [3]float64
		begins, failed := roots[:0], false
		body := mapper.Expanding(func(ctx context.Context, n node, add func(...node)) (int, error) {
			if n.level == 0 {
				begins = append(begins, float64(time.Since(begin).Milliseconds()))
			}
			v, _ := plain(ctx, n, add)
			if err := during(ctx, caseMS(s.FnMS)); err != nil {
				return 0, err
			}
			if n.level == 0 && len(s.FailsOnce) > 0 && !failed {
				failed = true
				return 0, errBad
			}
			return v, nil
		}, mapper.Frontier[node]{})
		run, err := body.Start(t.Context(), slices.Values([]node{{}}), mapper.Options{
			Containers: s.Containers,
			Retries:    policy.Retries{MaxRetries: s.MaxRetries, InitialDelay: caseMS(s.DelayMS)},
		})
		require.NoError(t, err)
		i := 0
		for r := range run.All() {
			require.NoError(t, r.Err)
			require.Equal(t, i, r.Index)
			ends[r.Value] = float64(time.Since(begin).Milliseconds())
			i++
		}
		require.Equal(t, w.Results, i)
		require.Equal(t, caseMS(w.Makespan), time.Since(begin))
		if w.LevelEnds != nil {
			require.Equal(t, w.LevelEnds, ends[:])
		}
		if w.BeginsRoot != nil {
			require.Equal(t, w.BeginsRoot, begins)
		}
	})
}
