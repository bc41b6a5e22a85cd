package peers

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/bench/work"
)

// ErrgroupCollect is the example "Parallel" of the documentation with a limit:
// the caller writes results by index.
func ErrgroupCollect(_ context.Context, job work.Job) ([]int, error) {
	out := make([]int, len(job.In))
	var g errgroup.Group
	g.SetLimit(job.Conc)
	for i, v := range job.In {
		g.Go(func() error {
			out[i] = job.Fn(v)
			return nil
		})
	}
	return out, g.Wait()
}

// ErrgroupCollectErr is the same with the context that the first error ends.
func ErrgroupCollectErr(ctx context.Context, job work.Job) ([]int, error) {
	out := make([]int, len(job.In))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(job.Conc)
	for i, v := range job.In {
		g.Go(func() error {
			r, err := job.FnErr(ctx, v)
			if err != nil {
				return err
			}
			out[i] = r
			return nil
		})
	}
	return out, g.Wait()
}

// ErrgroupUnordered is the example "Pipeline" with a limit in place of a fixed
// set of workers: results go through a channel.
func ErrgroupUnordered(_ context.Context, job work.Job) ([]int, error) {
	results := make(chan int)
	var g errgroup.Group
	g.SetLimit(job.Conc)
	var err error
	go func() {
		defer close(results)
		for v := range job.Seq {
			g.Go(func() error {
				results <- job.Fn(v)
				return nil
			})
		}
		err = g.Wait()
	}()
	for r := range results {
		job.Sink(r)
	}
	return nil, err
}
