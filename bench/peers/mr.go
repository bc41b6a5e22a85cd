package peers

import (
	"context"

	"github.com/zeromicro/go-zero/core/mr"

	"github.com/longshore-go/longshore/bench/work"
)

type numbered struct{ index, value int }

// MRCollect is go-zero's MapReduce. Its results come in no order, so each
// carries its index and the reducer puts it in place.
func MRCollect(_ context.Context, job work.Job) ([]int, error) {
	return mr.MapReduce(indices(job),
		func(i int, w mr.Writer[numbered], _ func(error)) {
			w.Write(numbered{i, job.Fn(job.In[i])})
		}, place(job), mr.WithWorkers(job.Conc))
}

// MRCollectErr is the same with a context; an error cancels the run.
func MRCollectErr(ctx context.Context, job work.Job) ([]int, error) {
	return mr.MapReduce(indices(job),
		func(i int, w mr.Writer[numbered], cancel func(error)) {
			r, err := job.FnErr(ctx, job.In[i])
			if err != nil {
				cancel(err)
				return
			}
			w.Write(numbered{i, r})
		}, place(job), mr.WithWorkers(job.Conc), mr.WithContext(ctx))
}

// MRUnordered has the reducer feed the sink.
func MRUnordered(_ context.Context, job work.Job) ([]int, error) {
	return nil, mr.MapReduceVoid(
		func(source chan<- int) {
			for v := range job.Seq {
				source <- v
			}
		},
		func(v int, w mr.Writer[int], _ func(error)) { w.Write(job.Fn(v)) },
		func(pipe <-chan int, _ func(error)) {
			for r := range pipe {
				job.Sink(r)
			}
		}, mr.WithWorkers(job.Conc))
}

func indices(job work.Job) mr.GenerateFunc[int] {
	return func(source chan<- int) {
		for i := range job.In {
			source <- i
		}
	}
}

func place(job work.Job) mr.ReducerFunc[numbered, []int] {
	return func(pipe <-chan numbered, w mr.Writer[[]int], _ func(error)) {
		out := make([]int, len(job.In))
		for r := range pipe {
			out[r.index] = r.value
		}
		w.Write(out)
	}
}
