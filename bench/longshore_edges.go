package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/bench/work"
	"github.com/longshore-go/longshore/mapper"
)

// edgeSpecials are at the edges of what a run is made for: nothing succeeds, and values are
// large.
func edgeSpecials() []Special {
	return []Special{{
		Name: "failures",
		Asks: "every input fails, no-op, ReturnExceptions: Collect, against errors collected and joined by hand",
		N:    200_000,
		Base: joinByHand, Case: allFail,
		Value: func(_, with time.Duration, n int) float64 { return float64(with) / float64(n) },
		Unit:  "ns/failure", Bar: 150,
	}, {
		Name: "struct-1kB",
		Asks: "Collect of structs of 1 KB to structs of 1 KB, by value, no-op: against errgroup",
		N:    20_000,
		Base: largeErrgroup[kilobyte], Case: largeCollect[kilobyte],
		Value: ratio(0), Unit: "×", Bar: 1.2,
	}, {
		Name: "struct-31kB",
		Asks: "the same with structs of 31 KB, near the largest that a channel of Results can have",
		N:    1_000,
		Base: largeErrgroup[largest], Case: largeCollect[largest],
		Value: ratio(0), Unit: "×", Bar: 1.2,
	}}
}

var errAll = errors.New("bench: fails")

func allFail(ctx context.Context, n int) error {
	_, err := mapper.Collect(ctx, func(context.Context, int) (int, error) { return 0, errAll }, work.Slice(n), mapper.Options{ReturnExceptions: true})
	all, ok := errors.AsType[*mapper.FailuresError](err)
	if !ok {
		return fmt.Errorf("bench: every input fails, but the error is %w", err)
	}
	return count(len(all.Failures), n)
}

// joinByHand claims nothing in chunks: who writes this has goroutines with a limit.
func joinByHand(_ context.Context, n int) error {
	var mu sync.Mutex
	var all []error
	var g errgroup.Group
	g.SetLimit(work.Workloads()[0].Conc)
	for i := range n {
		g.Go(func() error {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, fmt.Errorf("input %d: %w", i, errAll))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if !errors.Is(errors.Join(all...), errAll) {
		return errors.New("bench: the error was lost")
	}
	return count(len(all), n)
}

// Large values. The compiler refuses channels of elements over 64 KB, and a Result has an
// input and a value.
type (
	kilobyte [1 << 10]byte
	largest  [31 << 10]byte
)

type large interface{ kilobyte | largest }

func largeCollect[T large](ctx context.Context, n int) error {
	out, err := mapper.Collect(ctx, func(_ context.Context, in T) (T, error) { return in, nil }, make([]T, n), mapper.Options{})
	if err != nil {
		return err
	}
	return count(len(out), n)
}

func largeErrgroup[T large](ctx context.Context, n int) error {
	in, out := make([]T, n), make([]T, n)
	fn := func(_ context.Context, in T) (T, error) { return in, nil }
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(work.Workloads()[0].Conc)
	for i := range in {
		g.Go(func() (err error) {
			out[i], err = fn(ctx, in[i])
			return err
		})
	}
	return errors.Join(g.Wait(), count(len(out), n))
}
