package mapper_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
)

// batchSetup and batchWant are a case over batches.
type batchSetup struct {
	Size   *int            `json:"max_batch_size"` // missing: all inputs fit into one
	WaitMS float64         `json:"wait_ms"`
	Inputs json.RawMessage `json:"inputs"` // pairs of operands, or how many inputs there are
	Count  int             `json:"inputs_count"`
	Input  *operands       `json:"input"` // each of Count
	Policy casePolicy      `json:"policy"`
	Fn     batchFn         `json:"fn"`
}

type batchWant struct {
	Outputs          []float64   `json:"outputs"`
	OutputsAll       *float64    `json:"outputs_all"`
	Batches          any         `json:"batches"` // how many, or the inputs of each
	SecondAfterMS    *[2]float64 `json:"second_batch_after_ms"`
	AllFail          string      `json:"all_fail"`
	Failures         int         `json:"failures"`
	Yields           int         `json:"yields_count"`
	AttemptsPerInput int         `json:"attempts_per_input"`
	Error            string      `json:"error"`
	MessageContains  string      `json:"message_contains"`
	OutputsPerPush   int         `json:"outputs_per_push_max"` // of Modal's wire
}

// operands are the input of a batch function: a pair, or two by name. Go has them in a struct.
type operands struct {
	X, Y  float64
	index int
}

func (o *operands) UnmarshalJSON(data []byte) error {
	var pair [2]float64
	if json.Unmarshal(data, &pair) == nil {
		o.X, o.Y = pair[0], pair[1]
		return nil
	}
	type named operands
	return json.Unmarshal(data, (*named)(o))
}

// inputs are numbered, so that the function can say what it was given: a batch has no AttemptFrom.
func (s batchSetup) inputs(t *testing.T) (list []operands) {
	t.Helper()
	n := s.Count
	switch {
	case s.Input != nil:
		list = slices.Repeat([]operands{*s.Input}, n)
	case json.Unmarshal(s.Inputs, &n) == nil:
		list = make([]operands, n)
	default:
		require.NoError(t, json.Unmarshal(s.Inputs, &list))
	}
	for i := range list {
		list[i].index = i
	}
	require.NotEmpty(t, list)
	return list
}

func runBatchCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[batchSetup](t, c.Setup), decodeCase[batchWant](t, c.Want())
	if want.Error != "" {
		requireBatchRefused(t, setup, want)
		return
	}
	inputs := setup.inputs(t)
	if setup.Size == nil {
		setup.Size = new(len(inputs))
	}
	for name, way := range batchWays {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				seen := &batchTrace{begin: time.Now(), setup: setup, misfit: want.AllFail == "invalid"}
				body := mapper.Batched(seen.call, mapper.Batch{
					Size: *setup.Size, Wait: caseMS(setup.WaitMS), Whole: true, // as Modal's batches fail
				})
				opts := mapper.Options{Containers: 4, Retries: setup.Policy.ours()}
				seen.requireBatches(t, want, way(t, body, inputs, opts))
			})
		})
	}
}

// requireBatchRefused: wherever a body comes in, it is refused.
func requireBatchRefused(t *testing.T, setup batchSetup, want batchWant) {
	require.NotNil(t, setup.Size)
	field := "Batch.Wait"
	if *setup.Size < 1 || *setup.Size > 1000 {
		field = "Batch.Size"
	}
	body := mapper.Batched((&batchTrace{}).call, mapper.Batch{Size: *setup.Size, Wait: caseMS(setup.WaitMS)})
	_, deployed := mapper.Deploy(t.Context(), body, mapper.Options{})
	_, started := body.Start(t.Context(), nil, mapper.Options{})
	for _, err := range []error{body.Validate(), deployed, started} {
		requireRefused(t, err, field, want.Error, want.MessageContains)
	}
}

type batchResult struct {
	value float64
	err   error
}

// batchWays are how inputs come to a function over batches: as single calls, or as a run whose iterator does not say
// at once that there are no more.
var batchWays = map[string]func(*testing.T, mapper.Body[operands, float64], []operands, mapper.Options) []batchResult{
	"calls": func(t *testing.T, body mapper.Body[operands, float64], inputs []operands, opts mapper.Options) (got []batchResult) {
		f, err := mapper.Deploy(t.Context(), body, opts)
		require.NoError(t, err)
		calls, err := f.SpawnAll(t.Context(), inputs)
		require.NoError(t, err)
		for _, c := range calls {
			v, err := c.Get(t.Context())
			got = append(got, batchResult{v, err})
		}
		require.NoError(t, f.Stop(t.Context()))
		return got
	},
	"run on a function": func(t *testing.T, body mapper.Body[operands, float64], inputs []operands, opts mapper.Options) (got []batchResult) {
		f, err := mapper.Deploy(t.Context(), body, opts)
		require.NoError(t, err)
		for r := range f.MapSeq(t.Context(), lingering(inputs), mapper.RunOptions{ReturnExceptions: true}) {
			got = append(got, batchResult{r.Value, r.Err})
		}
		require.NoError(t, f.Stop(t.Context()))
		return got
	},
	"run of its own": func(t *testing.T, body mapper.Body[operands, float64], inputs []operands, opts mapper.Options) (got []batchResult) {
		opts.ReturnExceptions = true
		for r := range body.MapSeq(t.Context(), lingering(inputs), opts) {
			got = append(got, batchResult{r.Value, r.Err})
		}
		return got
	},
}

// lingering yields the inputs, and ends a while after that.
func lingering(inputs []operands) func(func(operands) bool) {
	return func(yield func(operands) bool) {
		for _, in := range inputs {
			if !yield(in) {
				return
			}
		}
		time.Sleep(time.Minute)
	}
}

// requireBatches compares what came of the inputs, and the batches that the function saw, with the case.
func (b *batchTrace) requireBatches(t *testing.T, want batchWant, got []batchResult) {
	t.Helper()
	values, failures := []float64{}, 0
	for i, r := range got {
		if r.err != nil {
			failures++
			b.requireFailure(t, want, r.err)
		}
		values = append(values, r.value)
		require.Len(t, b.begun(i), max(want.AttemptsPerInput, 1), "attempts of input %d", i)
	}
	if want.AllFail != "" {
		require.Equal(t, len(got), failures)
	}
	if want.AllFail == "" || want.Failures > 0 {
		require.Equal(t, want.Failures, failures)
	}
	if want.Outputs != nil {
		require.Equal(t, want.Outputs, values)
	}
	if want.OutputsAll != nil {
		require.Equal(t, slices.Repeat([]float64{*want.OutputsAll}, b.setup.Count), values)
	}
	if want.Yields > 0 {
		require.Len(t, got, want.Yields)
	}
	b.requireShape(t, want)
}

func (b *batchTrace) requireFailure(t *testing.T, want batchWant, err error) {
	t.Helper()
	if want.AllFail == "invalid" {
		var length *mapper.LengthError
		require.ErrorAs(t, err, &length)
		return
	}
	require.EqualError(t, err, want.AllFail)
}

// requireShape checks the batches: their inputs, their size and when they were executed.
func (b *batchTrace) requireShape(t *testing.T, want batchWant) {
	t.Helper()
	batches, begins := b.batches.all(), b.begins.all()
	for _, batch := range batches {
		require.LessOrEqual(t, len(batch), *b.setup.Size)
	}
	switch shape := want.Batches.(type) {
	case float64:
		require.Len(t, batches, int(shape))
	case []any:
		require.Equal(t, fmt.Sprint(shape), fmt.Sprint(batches))
	}
	if want.SecondAfterMS != nil {
		require.GreaterOrEqual(t, begins[1]-begins[0], caseMS(want.SecondAfterMS[0]))
		require.LessOrEqual(t, begins[1]-begins[0], caseMS(want.SecondAfterMS[1]))
	}
	for i := range b.setup.inputs(t) { // each is retried by its own policy, once its new batch is due
		for n, at := range b.begun(i)[1:] {
			require.Equal(t, b.setup.Policy.ours().Delay(n+1)+caseMS(b.setup.WaitMS), at-b.begun(i)[n])
		}
	}
}
