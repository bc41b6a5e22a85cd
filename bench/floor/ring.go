package floor

import (
	"context"
	"sync"

	"github.com/longshore-go/longshore/bench/work"
)

// chunk carries a few inputs to a worker and their results back. Chunks are
// used again, so memory is window times chunk length.
type chunk struct {
	in, out []int
	err     error
	done    chan struct{}
}

func newChunk(size int) *chunk {
	return &chunk{in: make([]int, 0, size), out: make([]int, size), done: make(chan struct{}, 1)}
}

// Ordered is the batched floor of ordered streaming: a feeder fills chunks,
// workers map them, the consumer waits for the chunk at the head.
var Ordered = ordered(plain)

// OrderedErr is Ordered over the fallible signature.
var OrderedErr = ordered(fallible)

// Unordered takes finished chunks as they come.
var Unordered = unordered(plain)

// UnorderedErr is Unordered over the fallible signature.
var UnorderedErr = unordered(fallible)

func ordered(of kind) work.Run {
	return func(ctx context.Context, job work.Job) ([]int, error) {
		run := of(job)
		window := job.Window*job.Conc + 2
		free, todo, order := chunks(window, job.Batch), make(chan *chunk, window), make(chan *chunk, window)
		for range job.Conc {
			go func() {
				for c := range todo {
					c.err = run(ctx, c.in, c.out)
					c.done <- struct{}{}
				}
			}()
		}
		go func() {
			defer close(order)
			defer close(todo)
			fill(job, free, func(c *chunk) { order <- c; todo <- c })
		}()
		var first error
		for c := range order {
			<-c.done
			first = drain(job, c, first)
			free <- c
		}
		return nil, first
	}
}

func unordered(of kind) work.Run {
	return func(ctx context.Context, job work.Job) ([]int, error) {
		run := of(job)
		window := job.Window*job.Conc + 2
		free, todo, done := chunks(window, job.Batch), make(chan *chunk, window), make(chan *chunk, window)
		var workers sync.WaitGroup
		for range job.Conc {
			workers.Go(func() {
				for c := range todo {
					c.err = run(ctx, c.in, c.out)
					done <- c
				}
			})
		}
		go func() {
			fill(job, free, func(c *chunk) { todo <- c })
			close(todo)
			workers.Wait()
			close(done)
		}()
		var first error
		for c := range done {
			first = drain(job, c, first)
			free <- c
		}
		return nil, first
	}
}

// chunks is a free list of n empty chunks; it can hold all of them, so that
// giving one back never blocks.
func chunks(n, size int) chan *chunk {
	free := make(chan *chunk, n)
	for range n {
		free <- newChunk(size)
	}
	return free
}

// fill packs the job's inputs into free chunks and sends each full one, and
// the last one however full, on its way.
func fill(job work.Job, free <-chan *chunk, send func(*chunk)) {
	c := <-free
	for v := range job.Seq {
		c.in = append(c.in, v)
		if len(c.in) == job.Batch {
			send(c)
			c = <-free
		}
	}
	if len(c.in) > 0 {
		send(c)
	}
}

// drain gives a finished chunk's results to the sink and empties it. After a
// failure the rest is worked off unseen: a floor has no early stop to offer.
func drain(job work.Job, c *chunk, first error) error {
	if first == nil {
		first = c.err
	}
	if first == nil {
		for _, v := range c.out[:len(c.in)] {
			job.Sink(v)
		}
	}
	c.in = c.in[:0]
	return first
}
