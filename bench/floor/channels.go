package floor

import (
	"context"
	"sync"

	"github.com/longshore-go/longshore/bench/work"
)

// OrderedChannels is what people write by hand for ordered results: a result
// channel for each input, queued in order, and a hand-off everywhere.
func OrderedChannels(_ context.Context, job work.Job) ([]int, error) {
	type task struct {
		v   int
		out chan int
	}
	todo := make(chan task)
	order := make(chan chan int, job.Conc)
	for range job.Conc {
		go func() {
			for t := range todo {
				t.out <- job.Fn(t.v)
			}
		}()
	}
	go func() {
		defer close(order)
		defer close(todo)
		for v := range job.Seq {
			t := task{v, make(chan int, 1)}
			order <- t.out
			todo <- t
		}
	}()
	for out := range order {
		job.Sink(<-out)
	}
	return nil, nil
}

// UnorderedChannels is the textbook pool: a channel of inputs, workers, a
// channel of results, each with the given buffer.
func UnorderedChannels(buffer int) work.Run {
	return func(_ context.Context, job work.Job) ([]int, error) {
		todo := make(chan int, buffer)
		out := make(chan int, buffer)
		go func() {
			defer close(todo)
			for v := range job.Seq {
				todo <- v
			}
		}()
		var workers sync.WaitGroup
		for range job.Conc {
			workers.Go(func() {
				for v := range todo {
					out <- job.Fn(v)
				}
			})
		}
		go func() { workers.Wait(); close(out) }()
		for v := range out {
			job.Sink(v)
		}
		return nil, nil
	}
}
