package floor

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/bench/work"
)

// Serial is the plain loop: the bar that cheap work rarely beats.
func Serial(ctx context.Context, job work.Job) ([]int, error) {
	out := make([]int, len(job.In))
	return out, plain(job)(ctx, job.In, out)
}

// Collect claims chunks by one atomic add and writes into a preallocated slice.
func Collect(ctx context.Context, job work.Job) ([]int, error) {
	return claim(ctx, job, job.Chunk, plain(job))
}

// CollectEach is Collect with one atomic add for each input.
func CollectEach(ctx context.Context, job work.Job) ([]int, error) {
	return claim(ctx, job, 1, plain(job))
}

// CollectErr is Collect over the fallible signature; it returns the first
// error that any worker met.
func CollectErr(ctx context.Context, job work.Job) ([]int, error) {
	return claim(ctx, job, job.Chunk, fallible(job))
}

func claim(ctx context.Context, job work.Job, size int, run span) ([]int, error) {
	in, out := job.In, make([]int, len(job.In))
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range min(job.Conc, len(in)) {
		wg.Go(func() {
			for {
				hi := int(next.Add(int64(size)))
				lo := hi - size
				if lo >= len(in) {
					return
				}
				hi = min(hi, len(in))
				if err := run(ctx, in[lo:hi], out[lo:hi]); err != nil {
					cause := err // of its own: &err would allocate for each chunk
					failed.CompareAndSwap(nil, &cause)
					next.Store(int64(len(in))) // nobody claims any more
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return out, *err
	}
	return out, nil
}
