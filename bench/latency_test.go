package bench_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sourcegraph/conc/iter"

	"github.com/longshore-go/longshore/mapper"
)

// Latencies are benchmarks with a metric of their own: the time that counts is a
// part of what runs.

const crowd = 1_000

// BenchmarkCancelToJoin is the time from cancelling the context of 1,000 containers
// that wait for it to the return of the run, beside 1,000 bare goroutines.
func BenchmarkCancelToJoin(b *testing.B) {
	inputs := make([]int, crowd)
	joins := map[string]func(ctx context.Context, wait func(context.Context)){
		"goroutines": func(ctx context.Context, wait func(context.Context)) {
			var wg sync.WaitGroup
			for range crowd {
				wg.Go(func() { wait(ctx) })
			}
			wg.Wait()
		},
		"longshore": func(ctx context.Context, wait func(context.Context)) {
			_, _ = mapper.Collect(ctx, func(ctx context.Context, _ int) (int, error) {
				wait(ctx)
				return 0, ctx.Err()
			}, inputs, mapper.Options{Containers: crowd})
		},
	}
	for name, join := range joins {
		b.Run(name, func(b *testing.B) {
			var spent time.Duration
			for range b.N {
				spent += cancelled(join)
			}
			b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "µs/join")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cancelled starts join, cancels when everybody waits, and returns the time from
// there to join's return.
func cancelled(join func(context.Context, func(context.Context))) time.Duration {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var waiting atomic.Int32
	all, joined := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(joined)
		join(ctx, func(ctx context.Context) {
			if waiting.Add(1) == crowd {
				close(all)
			}
			<-ctx.Done()
		})
	}()
	<-all
	start := time.Now()
	cancel()
	<-joined
	return time.Since(start)
}

// BenchmarkFirstResult is the time from the end of a slow first input to its result
// in the reader's hands, in a run that goes on with cheap inputs meanwhile.
func BenchmarkFirstResult(b *testing.B) {
	var spent time.Duration
	for range b.N {
		var ended atomic.Int64
		start := time.Now()
		run, err := mapper.Start(b.Context(), func(_ context.Context, i int) (int, error) {
			if i == 0 {
				time.Sleep(2 * time.Millisecond)
				ended.Store(int64(time.Since(start)))
			}
			return i, nil
		}, func(yield func(int) bool) {
			for i := 0; i < 500 && yield(i); i++ {
			}
		}, mapper.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for r := range run.All() {
			if r.Index == 0 {
				spent += time.Since(start) - time.Duration(ended.Load())
			}
		}
	}
	b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "µs/result")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFirstOfMany is the time from the start of a run over a million inputs, each of
// which takes 10 ms, to its first result, without those 10 ms. The goroutines say how late
// this machine wakes 64 sleepers.
func BenchmarkFirstOfMany(b *testing.B) {
	nap := func(ctx context.Context, i int) (int, error) {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done(): // the reader has left
		}
		return i, nil
	}
	inputs := make([]int, 1_000_000)
	opts := mapper.Options{Containers: 64}
	first := map[string]func(context.Context) time.Duration{
		"goroutines": func(ctx context.Context) time.Duration {
			start, results := time.Now(), make(chan int, opts.Containers)
			for i := range opts.Containers {
				go func() {
					n, _ := nap(ctx, i)
					results <- n
				}()
			}
			<-results
			return time.Since(start)
		},
		"slice": func(ctx context.Context) time.Duration {
			start := time.Now()
			<-mapper.Map(ctx, nap, inputs, opts)
			return time.Since(start)
		},
		"iterator": func(ctx context.Context) time.Duration {
			start := time.Now()
			run, err := mapper.Start(ctx, nap, slices.Values(inputs), opts)
			if err != nil {
				b.Fatal(err)
			}
			took := time.Duration(0)
			for range run.All() {
				took = time.Since(start)
				break
			}
			return took
		},
	}
	for name, run := range first {
		b.Run(name, func(b *testing.B) {
			var spent time.Duration
			for range b.N {
				ctx, cancel := context.WithCancel(b.Context())
				spent += run(ctx) - 10*time.Millisecond
				cancel()
			}
			b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "µs/first")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkShort is a whole call with few inputs, where nearly all is the start and the end of a run. conc/iter, which starts
// goroutines and nothing else, stands beside it.
func BenchmarkShort(b *testing.B) {
	ctx, opts := b.Context(), mapper.Options{}
	plain := func(_ context.Context, x int) (int, error) { return x + 1, nil }
	nothing := func(context.Context, int) error { return nil }
	for _, n := range []int{0, 1, 100, 1_000} {
		inputs := make([]int, n)
		calls := map[string]func() error{
			"Collect": func() error { _, err := mapper.Collect(ctx, plain, inputs, opts); return err },
			"Each":    func() error { return mapper.Each(ctx, nothing, inputs, opts) },
			"conc": func() error {
				_, err := iter.MapErr(inputs, func(x *int) (int, error) { return plain(ctx, *x) })
				return err
			},
		}
		for name, call := range calls {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := call(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
