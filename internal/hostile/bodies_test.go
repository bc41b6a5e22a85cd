package hostile_test

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
)

// batches fail one of their inputs, or panic over all.
func batches(k hostile.Kind) error {
	out, err := mapper.Batched(doBatch, mapper.Batch{Size: 3, Wait: time.Millisecond}).Collect(ctx, inputs(k), options())
	return values(k, out, err)
}

func doBatch(ctx context.Context, in []string) ([]string, error) {
	out, errs := make([]string, len(in)), make(mapper.Errors, len(in))
	for i := range in {
		out[i], errs[i] = do(ctx, in[i])
	}
	return out, errs
}

// batchesOfOne fail as a whole.
func batchesOfOne(k hostile.Kind) error {
	out, err := mapper.Batched(func(ctx context.Context, in []string) ([]string, error) {
		v, err := do(ctx, in[0])
		return []string{v}, err
	}, mapper.Batch{Size: 1}).Collect(ctx, inputs(k), options())
	return values(k, out, err)
}

// together has several in a container, with a timeout.
func together(k hostile.Kind) error {
	opts := options()
	opts.MaxInputs, opts.Timeout = 3, patience
	out, err := mapper.Collect(ctx, do, inputs(k), opts)
	return values(k, out, err)
}

// enter fails the first start of a container so.
func enter(k hostile.Kind) error {
	var starts atomic.Int32
	opts := options()
	opts.Containers = 1
	out, err := mapper.WithState(
		func(context.Context) (int, error) {
			if starts.Add(1) == 1 {
				return 0, k.Do()
			}
			return 0, nil
		},
		func(context.Context, int, string) (string, error) { return fine, nil }, nil,
	).Collect(ctx, inputs(k), opts)
	k.Ends = hostile.Succeeds
	return values(k, out, err)
}

// exit fails so in every container.
func exit(k hostile.Kind) error {
	out, err := mapper.WithState(
		func(context.Context) (int, error) { return 0, nil },
		func(context.Context, int, string) (string, error) { return fine, nil },
		func(context.Context, int) error { return k.Do() },
	).Collect(ctx, inputs(k), options())
	var why error
	if failed, ok := err.(*mapper.ExitError); ok {
		why, err = failed.Err, nil
	}
	bad := fate(k, why)
	k.Ends = hostile.Succeeds
	return first(bad, values(k, out, err))
}
