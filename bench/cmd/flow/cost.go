package main

import (
	"context"
	"strconv"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/ratelimiter"
	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
)

// cost is what limits take that do not bind, for inputs that do nothing.
func cost(scale float64) scene {
	n := scaled(200_000, scale)
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = "host" + strconv.Itoa(i)
	}
	nothing := func(context.Context, int) error { return nil }
	key := func(i int) string { return keys[i%len(keys)] }
	each := func(who string, do func(context.Context) error) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			begin := time.Now()
			err := do(ctx)
			return []figure{{"ns an input", float64(time.Since(begin)) / float64(n)}}, err
		}}
	}
	opts := mapper.Options{Containers: 2}
	limited := opts
	limited.Rate = rate.NewLimiter(1e9, 1e6)
	return scene{"limits that do not bind", "Rate ≤ 400, Keyed ≤ 300", []way{
		each("by hand, no limit", func(ctx context.Context) error { return byHand(ctx, 2, n, nothing) }),
		each("by hand, rate", func(ctx context.Context) error {
			limiter := rate.NewLimiter(1e9, 1e6)
			return byHand(ctx, 2, n, func(ctx context.Context, _ int) error { return limiter.Wait(ctx) })
		}),
		each("failsafe-go, rate", func(ctx context.Context) error {
			guarded := failsafe.With(ratelimiter.NewBurstyBuilder[any](1e9, time.Second).WithMaxWaitTime(time.Hour).Build())
			return byHand(ctx, 2, n, func(context.Context, int) error { return guarded.Run(func() error { return nil }) })
		}),
		each("failsafe-go, keys", func(ctx context.Context) error {
			hosts := map[string]failsafe.Executor[any]{}
			for _, k := range keys {
				hosts[k] = failsafe.With(bulkhead.NewBuilder[any](2).WithMaxWaitTime(time.Hour).Build())
			}
			return byHand(ctx, 2, n, func(_ context.Context, i int) error { return hosts[key(i)].Run(func() error { return nil }) })
		}),
		each("Longshore, no limit", func(ctx context.Context) error { return longshore(ctx, plain(nothing), n, opts) }),
		each("Longshore, Rate", func(ctx context.Context) error { return longshore(ctx, plain(nothing), n, limited) }),
		each("Longshore, Keyed", func(ctx context.Context) error {
			return longshore(ctx, plain(nothing).Keyed(key, mapper.KeyLimit{Concurrency: 2}), n, opts)
		}),
	}}
}

// kept is how much of a rate is used that does bind.
func kept(scale float64) scene {
	n := scaled(2000, scale)
	const perSecond = 1000
	each := func(who string, do func(context.Context) error) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			begin := time.Now()
			err := do(ctx)
			return []figure{{"% kept", 100 * float64(n) / perSecond / time.Since(begin).Seconds()}}, err
		}}
	}
	byLongshore := func(burst int) func(context.Context) error {
		return func(ctx context.Context) error {
			return longshore(ctx, plain(func(context.Context, int) error { return nil }), n,
				mapper.Options{Containers: 8, Rate: rate.NewLimiter(perSecond, burst)})
		}
	}
	return scene{"1,000 a second, burst 1", "≥ 99 %", []way{
		each("by hand", func(ctx context.Context) error {
			limiter := rate.NewLimiter(perSecond, 1)
			return byHand(ctx, 8, n, func(ctx context.Context, _ int) error { return limiter.Wait(ctx) })
		}),
		each("failsafe-go", func(ctx context.Context) error {
			guarded := failsafe.With(ratelimiter.NewSmoothBuilder[any](perSecond, time.Second).WithMaxWaitTime(time.Hour).Build())
			return byHand(ctx, 8, n, func(context.Context, int) error { return guarded.Run(func() error { return nil }) })
		}),
		each("Longshore", byLongshore(1)),
		each("Longshore, burst 5", byLongshore(5)),
	}}
}
