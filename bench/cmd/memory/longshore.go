package main

import (
	"context"

	"github.com/longshore-go/longshore/bench/work"
	"github.com/longshore-go/longshore/mapper"
)

func longshoreCollect(ctx context.Context, job work.Job) ([]int, error) {
	return mapper.Collect(ctx, job.FnErr, job.In, mapper.Options{Containers: job.Conc})
}

func longshoreStream(ctx context.Context, job work.Job) ([]int, error) {
	run, err := mapper.Start(ctx, job.FnErr, job.Seq, mapper.Options{Containers: job.Conc})
	if err != nil {
		return nil, err
	}
	for r := range run.All() {
		if r.Err != nil {
			return nil, r.Err
		}
		job.Sink(r.Value)
	}
	return nil, run.Wait()
}
