package main

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"

	"github.com/longshore-go/longshore/mapper"
)

// crawl is twenty hosts that bear two requests at a time, one of which is twenty times as slow as the others. Times are a tenth
// of those in the bar of the design.
func crawl(scale float64) scene {
	const hosts, slow = 20, 7
	n := scaled(hosts*100, scale)
	pages := rand.New(rand.NewPCG(1, 2)).Perm(n)
	fetch := func(ctx context.Context, host int) error {
		if host == slow {
			return sleep(ctx, 40*ms)
		}
		return sleep(ctx, 2*ms)
	}
	each := func(who string, do func(ctx context.Context, visit func(ctx context.Context, page int) error) error) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			begin := time.Now()
			var fast atomic.Int64
			err := do(ctx, func(ctx context.Context, page int) error {
				err := fetch(ctx, page%hosts)
				if page%hosts != slow {
					fast.Store(int64(time.Since(begin)))
				}
				return err
			})
			return []figure{{"ms", inMS(time.Since(begin))}, {"ms until the fast hosts were done", inMS(time.Duration(fast.Load()))}}, err
		}}
	}
	return scene{"crawl, a slow host of twenty", "≤ 2,010 ms, the fast ones ≤ 140 ms", []way{
		each("by hand, a semaphore a host", func(ctx context.Context, visit func(context.Context, int) error) error {
			var rooms [hosts]chan struct{}
			for i := range rooms {
				rooms[i] = make(chan struct{}, 2)
			}
			return byHand(ctx, 32, n, func(ctx context.Context, i int) error {
				room := rooms[pages[i]%hosts]
				room <- struct{}{}
				defer func() { <-room }()
				return visit(ctx, pages[i])
			})
		}),
		each("failsafe-go, a bulkhead a host", func(ctx context.Context, visit func(context.Context, int) error) error {
			var rooms [hosts]failsafe.Executor[any]
			for i := range rooms {
				rooms[i] = failsafe.With(bulkhead.NewBuilder[any](2).WithMaxWaitTime(time.Hour).Build())
			}
			return byHand(ctx, 32, n, func(ctx context.Context, i int) error {
				return rooms[pages[i]%hosts].Run(func() error { return visit(ctx, pages[i]) })
			})
		}),
		each("Longshore, Keyed", func(ctx context.Context, visit func(context.Context, int) error) error {
			body := plain(func(ctx context.Context, i int) error { return visit(ctx, pages[i]) }).
				Keyed(func(i int) string { return strconv.Itoa(pages[i] % hosts) }, mapper.KeyLimit{Concurrency: 2})
			return longshore(ctx, body, n, mapper.Options{Containers: 32})
		}),
	}}
}
