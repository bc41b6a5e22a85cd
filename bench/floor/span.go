package floor

import (
	"context"

	"github.com/longshore-go/longshore/bench/work"
)

// A span maps a few inputs in a row. Floors are written once over spans: the
// call costs one jump for each chunk, not for each input.
type span func(ctx context.Context, in, out []int) error

// A kind picks the span of a job: plain or fallible.
type kind func(work.Job) span

func plain(job work.Job) span {
	fn := job.Fn
	return func(_ context.Context, in, out []int) error {
		out = out[:len(in)]
		for i, v := range in {
			out[i] = fn(v)
		}
		return nil
	}
}

func fallible(job work.Job) span {
	fn := job.FnErr
	return func(ctx context.Context, in, out []int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		out = out[:len(in)]
		for i, v := range in {
			r, err := fn(ctx, v)
			if err != nil {
				return err
			}
			out[i] = r
		}
		return nil
	}
}
