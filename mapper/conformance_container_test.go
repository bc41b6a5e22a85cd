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
)

// containerSetup and containerWant are a case of area container about how many inputs a container has.
type containerSetup struct {
	SingleUse bool `json:"single_use_containers"`
	Inputs    int  `json:"inputs"`
	Fn        struct {
		Kind string `json:"kind"`
		N    int    `json:"n"`
	} `json:"fn"`
}

type containerWant struct {
	Outputs      int `json:"outputs"` // of one container
	Stops        int `json:"graceful_stop_requests"`
	PerContainer int `json:"inputs_per_container"`
}

// runContainerCase counts the inputs of each container, whoever asks for its end: its options, or its function.
func runContainerCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[containerSetup](t, c.Setup), decodeCase[containerWant](t, c.Want())
	opts := mapper.Options{Containers: 1}
	if setup.SingleUse {
		opts.Recycle.Inputs = 1
	} else {
		require.Equal(t, "stop_fetching_after", setup.Fn.Kind)
	}
	inputs := ints(max(setup.Inputs, 3))
	for name, collect := range map[string]func(*testing.T, mapper.Body[int, int]) ([]int, int){
		"run of its own": func(t *testing.T, body mapper.Body[int, int]) (out []int, crashes int) {
			run, err := body.Start(t.Context(), slices.Values(inputs), opts)
			require.NoError(t, err)
			for r := range run.All() {
				out = append(out, r.Value)
			}
			require.NoError(t, run.Wait())
			return out, run.Stats().Pool.Crashes
		},
		"function": func(t *testing.T, body mapper.Body[int, int]) ([]int, int) {
			f, err := mapper.Deploy(t.Context(), body, opts)
			require.NoError(t, err)
			calls, err := f.SpawnAll(t.Context(), inputs)
			require.NoError(t, err)
			out, err := mapper.Gather(t.Context(), calls...)
			require.NoError(t, err)
			require.NoError(t, f.Stop(t.Context()))
			return out, f.Stats().Pool.Crashes
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen containerTrace
				out, crashes := collect(t, seen.body(setup.Fn.N))
				require.Equal(t, inputs, out, "the others are executed elsewhere")
				require.Zero(t, crashes)
				each := max(want.Outputs, want.PerContainer)
				require.Equal(t, slices.Repeat([]int{each}, len(inputs)/each), seen.executed.all())
				if want.Stops > 0 {
					require.Len(t, seen.retired.all(), want.Stops*len(inputs)/each)
				}
			})
		})
	}
}

// containerTrace is how many inputs each container that had any has had by its exit.
type containerTrace struct {
	executed tally[int]
	retired  tally[int] // by Attempt.Container
}

// body asks for the end of its container with the nth input.
func (tr *containerTrace) body(n int) mapper.Body[int, int] {
	return mapper.WithState(
		func(context.Context) (*int, error) { return new(int), nil },
		func(ctx context.Context, inputs *int, i int) (int, error) {
			*inputs++
			if *inputs == n {
				a, _ := mapper.AttemptFrom(ctx)
				tr.retired.add(a.Container)
				mapper.Retire(ctx)
			}
			return i, during(ctx, time.Second)
		},
		func(_ context.Context, inputs *int) error {
			if *inputs > 0 { // or it came in place of one that had the last input
				tr.executed.add(*inputs)
			}
			return nil
		})
}

// runScaleCase runs the cases of area autoscaler: settings that are refused, wherever they come in.
func runScaleCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Window *float64 `json:"scaledown_window"` // in seconds
		Min    int      `json:"min_containers"`
		Max    int      `json:"max_containers"`
		Buffer int      `json:"buffer_containers"`
	}](t, c.Setup)
	want := decodeCase[struct {
		Error           string `json:"error"`
		MessageContains string `json:"message_contains"`
	}](t, c.Want())
	synctest.Test(t, func(t *testing.T) {
		f, err := mapper.Deploy(t.Context(), mapper.Plain(caseSquare), mapper.Options{Containers: 1})
		require.NoError(t, err)
		defer func() { require.NoError(t, f.Stop(t.Context())) }()
		scale := mapper.Scale{Min: setup.Min, Max: setup.Max, Buffer: setup.Buffer}
		field := "Scale.Min"
		if setup.Window != nil {
			field = "Scale.Window"
			scale.Window = caseMS(1000 * *setup.Window)
			if scale.Window == 0 { // the design wins: the default, which is > 0
				require.NoError(t, f.SetScale(scale))
				require.Positive(t, f.Scale().Window)
				scale.Window--
			}
		}
		_, deployed := mapper.Deploy(t.Context(), mapper.Plain(caseSquare), mapper.Options{Scale: scale})
		for _, err := range []error{scale.Validate(), f.SetScale(scale), deployed} {
			requireRefused(t, err, field, want.Error, want.MessageContains)
		}
	})
}
