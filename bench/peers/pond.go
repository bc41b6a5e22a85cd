package peers

import (
	"context"

	"github.com/alitto/pond/v2"

	"github.com/longshore-go/longshore/bench/work"
)

// pondWindow bounds what pond has taken but not delivered: left alone, its
// queue has no limit, and a streaming run would hold all inputs at once.
const pondWindow = 1024

// PondCollect is a group of tasks that return results, in order of submission.
func PondCollect(_ context.Context, job work.Job) ([]int, error) {
	p := pond.NewResultPool[int](job.Conc)
	defer p.StopAndWait()
	group := p.NewGroup()
	for _, v := range job.In {
		group.Submit(func() int { return job.Fn(v) })
	}
	return group.Wait()
}

// PondCollectErr is the same group with a context and errors.
func PondCollectErr(ctx context.Context, job work.Job) ([]int, error) {
	p := pond.NewResultPool[int](job.Conc)
	defer p.StopAndWait()
	group := p.NewGroupContext(ctx)
	for _, v := range job.In {
		group.SubmitErr(func() (int, error) { return job.FnErr(ctx, v) })
	}
	return group.Wait()
}

// PondOrdered waits for the futures in order of submission. pond has no
// ordered stream of its own: the window is a channel of futures, ours.
func PondOrdered(_ context.Context, job work.Job) ([]int, error) {
	p := pond.NewResultPool[int](job.Conc)
	defer p.StopAndWait()
	futures := make(chan pond.ResultTask[int], pondWindow)
	go func() {
		defer close(futures)
		for v := range job.Seq {
			futures <- p.Submit(func() int { return job.Fn(v) })
		}
	}()
	var first error
	for f := range futures {
		r, err := f.Wait()
		if err != nil && first == nil {
			first = err
		}
		job.Sink(r)
	}
	return nil, first
}

// PondUnordered sends results to a channel, with a bounded queue.
func PondUnordered(_ context.Context, job work.Job) ([]int, error) {
	p := pond.NewPool(job.Conc, pond.WithQueueSize(pondWindow))
	results := make(chan int)
	var err error
	go func() {
		defer close(results)
		for v := range job.Seq {
			if err = p.Go(func() { results <- job.Fn(v) }); err != nil {
				break
			}
		}
		p.StopAndWait()
	}()
	for r := range results {
		job.Sink(r)
	}
	return nil, err
}
