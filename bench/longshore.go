package bench

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/bench/work"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// longshoreTable holds the forms of Longshore in every group. They use the
// signature with a context and an error throughout, the only one Longshore
// has; in the groups of functions that cannot fail that is a handicap.
var longshoreTable = []Implementation{
	{Group: Collect, Name: "longshore-Collect", Kind: Longshore, Run: collectWith(mapper.Options{})},

	{Group: CollectCtx, Name: "longshore-Collect", Kind: Longshore, Run: collectWith(mapper.Options{})},
	{Group: CollectCtx, Name: "longshore-Each", Kind: Longshore, Run: each},
	{Group: CollectCtx, Name: "longshore-Collect-Timeout", Kind: Longshore, Run: collectWith(mapper.Options{Timeout: time.Minute})},
	{Group: CollectCtx, Name: "longshore-Collect-Retries", Kind: Longshore, Run: collectWith(mapper.Options{Retries: policy.Retries{MaxRetries: 3}})},
	{Group: CollectCtx, Name: "longshore-Collect-Observer", Kind: Longshore, Run: collectWith(mapper.Options{Observer: supervisor.ObserverFunc(func(supervisor.Event) {})})},

	{Group: Ordered, Name: "longshore-All", Kind: Longshore, Run: all(mapper.Options{})},
	{Group: Ordered, Name: "longshore-MapSeq-channel", Kind: Longshore, Run: mapSeq(mapper.Options{})},
	{Group: Ordered, Name: "longshore-Map-channel", Kind: Longshore, Run: mapSlice(mapper.Options{})},

	{Group: Unordered, Name: "longshore-All", Kind: Longshore, Run: all(mapper.Options{Unordered: true})},
	{Group: Unordered, Name: "longshore-MapSeq-channel", Kind: Longshore, Run: mapSeq(mapper.Options{Unordered: true})},
	{Group: Unordered, Name: "longshore-Map-channel", Kind: Longshore, Run: mapSlice(mapper.Options{Unordered: true})},
}

func collectWith(opts mapper.Options) work.Run {
	return func(ctx context.Context, job work.Job) ([]int, error) {
		opts := opts
		opts.Containers = job.Conc
		return mapper.Collect(ctx, job.FnErr, job.In, opts)
	}
}

// each has no results of its own; the function writes them by index, as
// errgroup's users do. The inputs of a job are their own indices.
func each(ctx context.Context, job work.Job) ([]int, error) {
	out := make([]int, len(job.In))
	err := mapper.Each(ctx, func(ctx context.Context, i int) error {
		r, err := job.FnErr(ctx, i)
		out[i] = r
		return err
	}, job.In, mapper.Options{Containers: job.Conc})
	return out, err
}

func all(opts mapper.Options) work.Run {
	return func(ctx context.Context, job work.Job) ([]int, error) {
		opts := opts
		opts.Containers = job.Conc
		run, err := mapper.Start(ctx, job.FnErr, job.Seq, opts)
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
}

func mapSeq(opts mapper.Options) work.Run {
	return func(ctx context.Context, job work.Job) ([]int, error) {
		opts := opts
		opts.Containers = job.Conc
		return nil, drain(mapper.MapSeq(ctx, job.FnErr, job.Seq, opts), job.Sink)
	}
}

// mapSlice is the form of the README: a slice in, a channel out.
func mapSlice(opts mapper.Options) work.Run {
	return func(ctx context.Context, job work.Job) ([]int, error) {
		opts := opts
		opts.Containers = job.Conc
		return nil, drain(mapper.Map(ctx, job.FnErr, job.In, opts), job.Sink)
	}
}

// drain reads to the end even after a failure: the channel closes by itself.
func drain(results <-chan mapper.Result[int, int], sink func(int)) error {
	var first error
	for r := range results {
		if r.Err != nil && first == nil {
			first = r.Err
		}
		sink(r.Value)
	}
	return first
}
