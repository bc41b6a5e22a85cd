package main

import (
	"context"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/longshore-go/longshore/mapper"
)

// weights is inputs that weigh 1 or 10 of 16, as many of each as fill it.
func weights(scale float64) scene {
	const capacity, took = 16, 5 * ms
	n := scaled(2000, scale)
	weigh := make([]int64, n)
	sum := 0.0
	random := rand.New(rand.NewPCG(1, 2))
	for i := range weigh {
		weigh[i] = 1
		if random.IntN(7) == 0 {
			weigh[i] = 10
		}
		sum += float64(weigh[i])
	}
	each := func(who string, do func(context.Context) error) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			begin := time.Now()
			err := do(ctx)
			return []figure{{"% of the capacity used", 100 * sum * took.Seconds() / capacity / time.Since(begin).Seconds()}}, err
		}}
	}
	return scene{"weights 1 and 10 of 16", "≥ 99 %, less what the sleeps are late and the end", []way{
		each("by hand, x/sync/semaphore", func(ctx context.Context) error {
			room := semaphore.NewWeighted(capacity)
			return byHand(ctx, 16, n, func(ctx context.Context, i int) error {
				if err := room.Acquire(ctx, weigh[i]); err != nil {
					return err
				}
				defer room.Release(weigh[i])
				return sleep(ctx, took)
			})
		}),
		each("Longshore, Weighted", func(ctx context.Context) error {
			body := plain(func(ctx context.Context, _ int) error { return sleep(ctx, took) }).Weighted(func(i int) int64 { return weigh[i] })
			return longshore(ctx, body, n, mapper.Options{Containers: 16, Capacity: capacity})
		}),
	}}
}
