package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/hedgepolicy"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// usual is how long 95 of 100 attempts take at most.
const usual = 17 * ms

// hedges is attempts one of a hundred of which takes some hundred milliseconds.
func hedges(scale float64) scene {
	n := scaled(8000, scale)
	each := func(who string, do func(ctx context.Context, attempt func(context.Context) error, took func(time.Duration)) error) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			var mu sync.Mutex
			var all []time.Duration
			var attempts atomic.Int64
			attempt := func(ctx context.Context) error {
				attempts.Add(1)
				if rand.IntN(100) == 0 {
					return sleep(ctx, 300*ms+rand.N(400*ms))
				}
				return sleep(ctx, 5*ms+rand.N(12*ms))
			}
			begin := time.Now()
			err := do(ctx, attempt, func(d time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, d)
			})
			whole := time.Since(begin)
			slices.Sort(all)
			return []figure{
				{"ms p99.9", inMS(all[len(all)*999/1000])},
				{"s", whole.Seconds()},
				{"% more attempts", 100 * float64(attempts.Load()-int64(n)) / float64(n)},
			}, err
		}}
	}
	timed := func(took func(time.Duration), do func() error) error {
		begin := time.Now()
		err := do()
		took(time.Since(begin))
		return err
	}
	byLongshore := func(hedge policy.Hedge) func(context.Context, func(context.Context) error, func(time.Duration)) error {
		return func(ctx context.Context, attempt func(context.Context) error, took func(time.Duration)) error {
			begun := make([]atomic.Int64, n)
			return longshore(ctx, plain(func(ctx context.Context, i int) error {
				begun[i].CompareAndSwap(0, time.Now().UnixNano())
				if err := attempt(ctx); err != nil {
					return err
				}
				if first := begun[i].Swap(-1); first > 0 {
					took(time.Duration(time.Now().UnixNano() - first))
				}
				return nil
			}), n, mapper.Options{Containers: 64, Hedge: hedge})
		}
	}
	return scene{"1 % at 300–700 ms, 64 at a time", "p99.9 ≤ 35 ms, ≤ 5 % more", []way{
		each("by hand", func(ctx context.Context, attempt func(context.Context) error, took func(time.Duration)) error {
			return byHand(ctx, 64, n, func(ctx context.Context, _ int) error {
				return timed(took, func() error { return attempt(ctx) })
			})
		}),
		each("by hand, a second after 17 ms", func(ctx context.Context, attempt func(context.Context) error, took func(time.Duration)) error {
			return byHand(ctx, 64, n, func(ctx context.Context, _ int) error {
				return timed(took, func() error { return second(ctx, attempt) })
			})
		}),
		each("failsafe-go", func(ctx context.Context, attempt func(context.Context) error, took func(time.Duration)) error {
			guarded := failsafe.With(hedgepolicy.NewWithDelay[any](usual))
			return byHand(ctx, 64, n, func(ctx context.Context, _ int) error {
				return timed(took, func() error {
					return guarded.WithContext(ctx).RunWithExecution(func(e failsafe.Execution[any]) error { return attempt(e.Context()) })
				})
			})
		}),
		each("Longshore", byLongshore(policy.Hedge{})),
		each("Longshore, Hedge at 0.95", byLongshore(policy.Hedge{Quantile: 0.95})),
	}}
}

// second makes another attempt if the first is slow.
func second(ctx context.Context, attempt func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 2)
	go func() { done <- attempt(ctx) }()
	t := time.NewTimer(usual)
	defer t.Stop()
	select {
	case err := <-done:
		return err
	case <-t.C:
		go func() { done <- attempt(ctx) }()
		return <-done
	}
}
