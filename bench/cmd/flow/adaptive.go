package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/adaptivelimiter"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// cores is what serves: so many attempts at a time take 10 ms, more take longer, and four times as many are refused. Halfway
// there are half of them, for a while.
type cores struct {
	phase time.Duration

	mu      sync.Mutex
	begin   time.Time
	under   int
	served  [3]int
	latency []time.Duration
	refused int
}

var errFull = errors.New("full")

func (c *cores) serve(ctx context.Context) error {
	c.mu.Lock()
	at := min(int(time.Since(c.begin)/c.phase), 2)
	n := [3]int{16, 8, 16}[at]
	if c.under >= 4*n {
		c.refused++
		c.mu.Unlock()
		return errFull
	}
	c.under++
	took := 10 * ms * time.Duration(max(c.under, n)) / time.Duration(n)
	c.mu.Unlock()
	err := sleep(ctx, took)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under--
	if err == nil {
		c.served[at]++
		c.latency = append(c.latency, took)
	}
	return err
}

// adaptive is a service that bears less for a while.
func adaptive(scale float64) scene {
	phase := max(time.Duration(3*float64(time.Second)*scale), 20*ms)
	each := func(who string, do func(ctx context.Context, c *cores)) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			c := &cores{phase: phase, begin: time.Now()}
			ctx, cancel := context.WithTimeout(ctx, 3*phase)
			defer cancel()
			do(ctx, c)
			slices.Sort(c.latency)
			return []figure{
				{"a second with 16", float64(c.served[0]) / phase.Seconds()},
				{"with 8", float64(c.served[1]) / phase.Seconds()},
				{"with 16 again", float64(c.served[2]) / phase.Seconds()},
				{"ms p99", inMS(c.latency[len(c.latency)*99/100])},
				{"refused", float64(c.refused)},
			}, nil
		}}
	}
	fixed := func(n int) func(ctx context.Context, c *cores) {
		return func(ctx context.Context, c *cores) {
			_ = byHand(ctx, n, n, func(ctx context.Context, _ int) error {
				for ctx.Err() == nil {
					_ = c.serve(ctx)
				}
				return nil
			})
		}
	}
	endless := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
			continue
		}
	}
	return scene{"a service of 16, 8 and 16 cores", "≥ 95 % of 16 at a time, p99 ≤ 2 ×, ≤ 0.1 % refused", []way{
		each("by hand, 16 at a time", fixed(16)),
		each("by hand, 64 at a time", fixed(64)),
		each("failsafe-go, adaptive limiter", func(ctx context.Context, c *cores) {
			guarded := failsafe.With(adaptivelimiter.NewBuilder[any]().WithLimits(2, 200, 20).WithMaxWaitTime(time.Hour).Build())
			_ = byHand(ctx, 200, 200, func(ctx context.Context, _ int) error {
				for ctx.Err() == nil {
					_ = guarded.WithContext(ctx).Run(func() error { return c.serve(ctx) })
				}
				return nil
			})
		}),
		each("Longshore, Adaptive", func(ctx context.Context, c *cores) {
			for range mapper.MapSeq(ctx, func(ctx context.Context, _ int) (int, error) {
				err := c.serve(ctx)
				if errors.Is(err, errFull) {
					err = policy.Throttled(err, ms)
				}
				return 0, err
			}, endless, mapper.Options{
				Containers: 200, Unordered: true, ReturnExceptions: true, Retries: policy.Retries{MaxRetries: 5, InitialDelay: ms},
				Adaptive: policy.Adaptive{Min: 2, Window: 200 * ms},
			}) {
				continue
			}
		}),
	}}
}
