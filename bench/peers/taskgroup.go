package peers

import (
	"context"

	"github.com/creachadair/taskgroup"

	"github.com/longshore-go/longshore/bench/work"
)

// TaskgroupCollect runs one task for each input, throttled, writing by index.
func TaskgroupCollect(_ context.Context, job work.Job) ([]int, error) {
	out := make([]int, len(job.In))
	g, start := taskgroup.New(nil).Limit(job.Conc)
	for i, v := range job.In {
		start.Run(func() { out[i] = job.Fn(v) })
	}
	return out, g.Wait()
}

// TaskgroupCollectErr is the same with a context that any error cancels.
func TaskgroupCollectErr(ctx context.Context, job work.Job) ([]int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := make([]int, len(job.In))
	g, start := taskgroup.New(cancel).Limit(job.Conc)
	for i, v := range job.In {
		start.Go(func() error {
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

// TaskgroupUnordered gathers results one at a time, on the tasks' goroutines.
func TaskgroupUnordered(_ context.Context, job work.Job) ([]int, error) {
	g, start := taskgroup.New(nil).Limit(job.Conc)
	c := taskgroup.Gather(start, job.Sink)
	for v := range job.Seq {
		c.Run(func() int { return job.Fn(v) })
	}
	return nil, g.Wait()
}
