package mapper_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
)

// slotSetup and slotWant are a case of area concurrency: several inputs at once in one container.
type slotSetup struct {
	Inputs       int    `json:"inputs"`
	MaxInputs    int    `json:"max_inputs"`
	TargetInputs int    `json:"target_inputs"`
	SetTo        int    `json:"set_to"` // by the function; with us the options say it
	Fn           caseFn `json:"fn"`
}

type slotWant struct {
	ElapsedMin   float64   `json:"elapsed_ms_min"`
	ElapsedMax   float64   `json:"elapsed_ms_max"`
	Distinct     int       `json:"distinct_input_ids"`
	Calls        int       `json:"call_ids"` // runs that the attempts belong to
	SeenIncludes int       `json:"concurrency_seen_includes"`
	Offsets      []float64 `json:"finish_offsets_ms"`
	Tolerance    float64   `json:"tolerance_ms"`

	Error           string `json:"error"`
	MessageContains string `json:"message_contains"`
}

func (s slotSetup) options() mapper.Options {
	opts := mapper.Options{Containers: 1, MaxInputs: s.MaxInputs, TargetInputs: s.TargetInputs}
	if s.SetTo > 0 {
		opts.MaxInputs, opts.TargetInputs = s.SetTo, s.SetTo
	}
	return opts
}

func runConcurrencyCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[slotSetup](t, c.Setup), decodeCase[slotWant](t, c.Want())
	if want.Error != "" {
		field := "MaxInputs"
		if setup.TargetInputs > 0 {
			field = "TargetInputs"
		}
		_, err := mapper.Deploy(t.Context(), mapper.Plain(caseSquare), setup.options())
		requireRefused(t, err, field, want.Error, want.MessageContains)
		requireRefused(t, setup.options().Validate(), field, want.Error, want.MessageContains)
		return
	}
	if setup.Fn.Kind == "" {
		setup.Fn = caseFn{Kind: "sleep_ms", MS: 1000}
	}
	synctest.Test(t, func(t *testing.T) {
		seen := &slotTrace{begin: time.Now(), indices: map[int]bool{}, containers: map[int]bool{}}
		f, err := mapper.Deploy(t.Context(), mapper.Plain(seen.watch(setup.Fn.build(t, &callCounter{}))), setup.options())
		require.NoError(t, err)
		results := f.Map(t.Context(), indices(setup.Inputs), mapper.RunOptions{})
		synctest.Wait()
		require.Equal(t, max(want.Calls, 1), f.Stats().Runs)
		for r := range results {
			require.NoError(t, r.Err)
		}
		elapsed := time.Since(seen.begin)
		require.NoError(t, f.Stop(t.Context()))
		seen.check(t, setup, want, elapsed)
	})
	synctest.Test(t, func(t *testing.T) {
		seen := &slotTrace{begin: time.Now(), indices: map[int]bool{}, containers: map[int]bool{}}
		_, err := mapper.Collect(t.Context(), seen.watch(setup.Fn.build(t, &callCounter{})), indices(setup.Inputs), setup.options())
		require.NoError(t, err)
		seen.check(t, setup, want, time.Since(seen.begin))
	})
}

// slotTrace is who was executed together with how many others.
type slotTrace struct {
	begin time.Time

	mu                  sync.Mutex
	now                 int
	widths              []int // attempts that executed, at the begin of each
	ends                []time.Duration
	indices, containers map[int]bool
}

func (tr *slotTrace) watch(fn caseFunc) caseFunc {
	return func(ctx context.Context, in any) (any, error) {
		a, _ := mapper.AttemptFrom(ctx)
		tr.mu.Lock()
		tr.now++
		tr.widths = append(tr.widths, tr.now)
		tr.indices[a.Index], tr.containers[a.Container] = true, true
		tr.mu.Unlock()
		defer func() {
			tr.mu.Lock()
			defer tr.mu.Unlock()
			tr.now--
			tr.ends = append(tr.ends, time.Since(tr.begin))
		}()
		return fn(ctx, in)
	}
}

func (tr *slotTrace) check(t *testing.T, setup slotSetup, want slotWant, elapsed time.Duration) {
	t.Helper()
	require.Len(t, tr.widths, setup.Inputs)
	require.Len(t, tr.containers, 1)
	require.LessOrEqual(t, slices.Max(tr.widths), setup.options().MaxInputs)
	if want.Distinct > 0 {
		require.Len(t, tr.indices, want.Distinct)
	}
	if want.ElapsedMax > 0 {
		require.GreaterOrEqual(t, elapsed, caseMS(want.ElapsedMin))
		require.LessOrEqual(t, elapsed, caseMS(want.ElapsedMax))
	}
	if want.SeenIncludes > 0 {
		require.Contains(t, tr.widths, want.SeenIncludes)
	}
	if want.Offsets != nil {
		require.Len(t, tr.ends, len(want.Offsets))
		for i, ms := range want.Offsets {
			require.InDelta(t, caseMS(ms), tr.ends[i]-tr.ends[0], float64(caseMS(want.Tolerance)))
		}
	}
}
