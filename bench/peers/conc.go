package peers

import (
	"context"

	"github.com/sourcegraph/conc/iter"
	"github.com/sourcegraph/conc/pool"
	"github.com/sourcegraph/conc/stream"

	"github.com/longshore-go/longshore/bench/work"
)

// ConcIterCollect is iter.Map: workers claim inputs one by one with an atomic.
func ConcIterCollect(_ context.Context, job work.Job) ([]int, error) {
	m := iter.Mapper[int, int]{MaxGoroutines: job.Conc}
	return m.Map(job.In, func(v *int) int { return job.Fn(*v) }), nil
}

// ConcIterCollectErr is iter.MapErr, which passes no context: the closure does.
func ConcIterCollectErr(ctx context.Context, job work.Job) ([]int, error) {
	m := iter.Mapper[int, int]{MaxGoroutines: job.Conc}
	return m.MapErr(job.In, func(v *int) (int, error) { return job.FnErr(ctx, *v) })
}

// ConcPoolCollect is the pool with results, which in v0.3.0 come in no order.
func ConcPoolCollect(_ context.Context, job work.Job) ([]int, error) {
	p := pool.NewWithResults[int]().WithMaxGoroutines(job.Conc)
	for _, v := range job.In {
		p.Go(func() int { return job.Fn(v) })
	}
	return p.Wait(), nil
}

// ConcPoolCollectErr is the pool with results, errors and a context.
func ConcPoolCollectErr(ctx context.Context, job work.Job) ([]int, error) {
	p := pool.NewWithResults[int]().WithMaxGoroutines(job.Conc).WithContext(ctx)
	for _, v := range job.In {
		p.Go(func(ctx context.Context) (int, error) { return job.FnErr(ctx, v) })
	}
	return p.Wait()
}

// ConcOrdered is conc's stream: callbacks run one at a time, in order.
func ConcOrdered(_ context.Context, job work.Job) ([]int, error) {
	s := stream.New().WithMaxGoroutines(job.Conc)
	for v := range job.Seq {
		s.Go(func() stream.Callback {
			r := job.Fn(v)
			return func() { job.Sink(r) }
		})
	}
	s.Wait()
	return nil, nil
}

// ConcUnordered is the plain pool sending to a channel.
func ConcUnordered(_ context.Context, job work.Job) ([]int, error) {
	results := make(chan int)
	go func() {
		defer close(results)
		p := pool.New().WithMaxGoroutines(job.Conc)
		for v := range job.Seq {
			p.Go(func() { results <- job.Fn(v) })
		}
		p.Wait()
	}()
	for r := range results {
		job.Sink(r)
	}
	return nil, nil
}
