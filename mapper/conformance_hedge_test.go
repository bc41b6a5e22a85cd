package mapper_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

func runHedgeCase(t *testing.T, c conformance.Case) {
	type setup struct {
		Inputs     int             `json:"inputs"`
		FnMS       float64         `json:"fn_ms"`
		AttemptMS  json.RawMessage `json:"attempt_ms"` // of all, or by input and "others"
		Attempts   [][2]any        `json:"attempts"`
		Containers int             `json:"containers"`
		AfterMS    float64         `json:"hedge_after_ms"`
		Budget     float64         `json:"hedge_budget"`
		MaxRetries int             `json:"max_retries"`
	}
	type want struct {
		Begins   [][]float64 `json:"begins"`
		Ends     []float64   `json:"ends"`
		Kinds    []string    `json:"kinds"`
		Hedged   *int        `json:"hedged"`
		Won      *int        `json:"won"`
		Attempts int         `json:"attempts"`
		Charged  *int        `json:"charged_retries"`
		Makespan *float64    `json:"makespan"`
	}
	s, w := decodeCase[setup](t, c.Setup), decodeCase[want](t, c.Want())
	var all []float64
	byInput := map[string][]float64{}
	if len(s.AttemptMS) > 0 && json.Unmarshal(s.AttemptMS, &all) != nil {
		require.NoError(t, json.Unmarshal(s.AttemptMS, &byInput))
	}
	plan := func(i, attempt int) (time.Duration, error) {
		times := all
		if len(byInput) > 0 {
			if times = byInput[strconv.Itoa(i)]; times == nil {
				times = byInput["others"]
			}
		}
		switch {
		case s.Attempts != nil:
			var err error
			if s.Attempts[attempt][1] == "err" {
				err = errBad
			}
			return caseMS(s.Attempts[attempt][0].(float64)), err
		case times != nil:
			return caseMS(times[min(attempt, len(times)-1)]), nil
		}
		return caseMS(s.FnMS), nil
	}
	synctest.Test(t, func(t *testing.T) {
		played := scripted(plan)
		run, err := mapper.Start(t.Context(), played.call, slices.Values(ints(s.Inputs)), mapper.Options{
			Containers: s.Containers, Unordered: true, Retries: policy.FixedRetries(s.MaxRetries),
			Hedge: policy.Hedge{After: caseMS(s.AfterMS), Budget: s.Budget},
		})
		require.NoError(t, err)
		n := 0
		for r := range run.All() {
			n++
			require.NoError(t, r.Err)
			if w.Ends != nil {
				require.Equal(t, caseMS(w.Ends[r.Index]), time.Since(played.begin))
			}
			if w.Attempts > 0 {
				require.Equal(t, w.Attempts, r.Attempts)
			}
		}
		require.Equal(t, s.Inputs, n)
		for i, begins := range w.Begins {
			for k, at := range begins {
				require.Equal(t, caseMS(at), played.begins[i][k], "input %d", i)
			}
			require.Len(t, played.begins[i], len(begins))
		}
		st := run.Stats()
		for _, f := range []struct {
			want *int
			got  int
		}{{w.Hedged, st.Hedges}, {w.Won, st.HedgesWon}, {w.Charged, st.Retries}} {
			if f.want != nil {
				require.Equal(t, *f.want, f.got)
			}
		}
		if w.Makespan != nil {
			require.Equal(t, caseMS(*w.Makespan), time.Since(played.begin))
		}
		require.LessOrEqual(t, played.most, s.Containers)
	})
}
