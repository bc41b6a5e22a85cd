package peers

import (
	"context"

	"github.com/gammazero/workerpool"

	"github.com/longshore-go/longshore/bench/work"
)

// WorkerpoolCollect submits closures that write by index; the queue that they
// wait in has no limit.
func WorkerpoolCollect(_ context.Context, job work.Job) ([]int, error) {
	out := make([]int, len(job.In))
	wp := workerpool.New(job.Conc)
	defer wp.StopWait()
	for i, v := range job.In {
		if err := wp.Do(func() { out[i] = job.Fn(v) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// WorkerpoolUnordered sends results to a channel.
func WorkerpoolUnordered(_ context.Context, job work.Job) ([]int, error) {
	results := make(chan int)
	var err error
	go func() {
		defer close(results)
		wp := workerpool.New(job.Conc)
		for v := range job.Seq {
			if err = wp.Do(func() { results <- job.Fn(v) }); err != nil {
				break
			}
		}
		wp.StopWait()
	}()
	for r := range results {
		job.Sink(r)
	}
	return nil, err
}
