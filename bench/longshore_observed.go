package bench

import (
	"context"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// observedSpecials ask what it costs to be watched.
func observedSpecials() []Special {
	return []Special{{
		Name:  "observed",
		Asks:  "Collect, no-op, an observer of everything, each attempt included: time on top of each input",
		N:     1_000_000,
		Base:  func(ctx context.Context, n int) error { return observed(ctx, n, nil) },
		Case:  func(ctx context.Context, n int) error { return observed(ctx, n, new(everything)) },
		Value: nsPer(1), Unit: "ns/input", Bar: 100,
	}}
}

// everything is an observer that wants all there is.
type everything struct{ events atomic.Int64 }

func (e *everything) Wants(supervisor.Kind) bool { return true }

func (e *everything) Watch(mapper.View) {}

func (e *everything) Observe(supervisor.Event) { e.events.Add(1) }

func observed(ctx context.Context, n int, observer supervisor.Observer) error {
	in := make([]int, n)
	_, err := mapper.Collect(ctx, func(_ context.Context, x int) (int, error) { return x, nil }, in, mapper.Options{Observer: observer})
	return err
}
