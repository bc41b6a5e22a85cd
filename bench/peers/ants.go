package peers

import (
	"context"
	"sync"

	"github.com/panjf2000/ants/v2"

	"github.com/longshore-go/longshore/bench/work"
)

// AntsCollect is a pool with one function; it has no results, so the function
// writes them by index and a WaitGroup counts them, as in the README.
func AntsCollect(_ context.Context, job work.Job) ([]int, error) {
	out := make([]int, len(job.In))
	var wg sync.WaitGroup
	p, err := ants.NewPoolWithFuncGeneric(job.Conc, func(i int) {
		defer wg.Done()
		out[i] = job.Fn(job.In[i])
	})
	if err != nil {
		return nil, err
	}
	defer p.Release()
	for i := range job.In {
		wg.Add(1)
		if err := p.Invoke(i); err != nil {
			wg.Done()
			wg.Wait()
			return nil, err
		}
	}
	wg.Wait()
	return out, nil
}

// AntsUnordered is the same pool sending to a channel.
func AntsUnordered(_ context.Context, job work.Job) ([]int, error) {
	results := make(chan int)
	var wg sync.WaitGroup
	p, err := ants.NewPoolWithFuncGeneric(job.Conc, func(v int) {
		defer wg.Done()
		results <- job.Fn(v)
	})
	if err != nil {
		return nil, err
	}
	defer p.Release()
	go func() {
		defer close(results)
		for v := range job.Seq {
			wg.Add(1)
			if err = p.Invoke(v); err != nil {
				wg.Done()
				break
			}
		}
		wg.Wait()
	}()
	for r := range results {
		job.Sink(r)
	}
	return nil, err
}
