package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// busy is what a server says that refuses.
type busy struct{ after time.Duration }

func (b busy) Error() string { return fmt.Sprint("busy for ", b.after) }

// server refuses from 100 to 500 ms.
type server struct {
	begin   time.Time
	refused atomic.Int64
}

func (s *server) serve(ctx context.Context) error {
	if at := time.Since(s.begin); at >= 100*ms && at < 500*ms {
		s.refused.Add(1)
		return busy{500*ms - at}
	}
	return sleep(ctx, 5*ms)
}

// refusals is a server that refuses everything for a while, and says for how long.
func refusals(scale float64) scene {
	n := scaled(3200, scale)
	each := func(who string, do func(ctx context.Context, s *server) error) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			s := &server{begin: time.Now()}
			err := do(ctx, s)
			return []figure{{"refused", float64(s.refused.Load())}, {"ms", inMS(time.Since(s.begin))}}, err
		}}
	}
	byLongshore := func(mark func(error, time.Duration) error) func(context.Context, *server) error {
		return func(ctx context.Context, s *server) error {
			return longshore(ctx, plain(func(ctx context.Context, _ int) error {
				err := s.serve(ctx)
				if b, ok := errors.AsType[busy](err); ok {
					return mark(err, b.after)
				}
				return err
			}), n, mapper.Options{Containers: 32, Retries: policy.Retries{MaxRetries: 3}})
		}
	}
	return scene{"429 for 400 ms, 32 at a time", "≤ 32 refused, ≤ 910 ms and what the sleeps are late", []way{
		each("by hand, sleeps in the function", func(ctx context.Context, s *server) error {
			return byHand(ctx, 32, n, func(ctx context.Context, _ int) (err error) {
				for range 4 {
					err = s.serve(ctx)
					b, ok := errors.AsType[busy](err)
					if !ok {
						return err
					}
					if err := sleep(ctx, b.after); err != nil {
						return err
					}
				}
				return err
			})
		}),
		each("failsafe-go, retries", func(ctx context.Context, s *server) error {
			guarded := failsafe.With(retrypolicy.NewBuilder[any]().WithMaxRetries(3).WithDelayFunc(func(e failsafe.ExecutionAttempt[any]) time.Duration {
				b, _ := errors.AsType[busy](e.LastError())
				return b.after
			}).Build())
			return byHand(ctx, 32, n, func(ctx context.Context, _ int) error {
				return guarded.WithContext(ctx).Run(func() error { return s.serve(ctx) })
			})
		}),
		each("Longshore, RetryAfter", byLongshore(policy.RetryAfter)),
		each("Longshore, Throttled", byLongshore(policy.Throttled)),
	}}
}
