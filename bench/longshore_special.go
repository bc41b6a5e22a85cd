package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/bench/work"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Specials lists them all.
func Specials() []Special {
	return append([]Special{{
		Name: "crashes",
		Asks: "1 % of no-op inputs panic each time, 8 containers, CrashLimit 3: wall time for each crash",
		N:    1_000_000,
		Base: func(ctx context.Context, n int) error { return crashes(ctx, n, 0) },
		Case: func(ctx context.Context, n int) error { return crashes(ctx, n, crashEvery) },
		// CrashLimit executions of each poison input end in a crash.
		Value: nsPer(float64(crashLimit) / crashEvery), Unit: "ns/crash", Bar: 5_000,
	}, {
		Name: "retries",
		Asks: "5 % fail once, 50 ms backoff, 1 ms of work, 64 containers: against no failures plus 50 ms",
		N:    5_000,
		Base: func(ctx context.Context, n int) error { return retries(ctx, n, false) },
		Case: func(ctx context.Context, n int) error { return retries(ctx, n, true) },
		// One backoff is the least that the last input to fail has to wait.
		Value: ratio(backoff), Unit: "×", Bar: 1.1,
	}, {
		Name: "timeout",
		Asks: "Timeout set but never hit, no-op, 1 container: time on top of each attempt",
		N:    100_000,
		Base: func(ctx context.Context, n int) error { return timeout(ctx, n, 0) },
		Case: func(ctx context.Context, n int) error { return timeout(ctx, n, time.Minute) },
		// With one container wall time is attempt time; with two it would be half.
		Value: nsPer(1), Unit: "ns/attempt", Bar: 250,
	}, {
		Name: "channel",
		Asks: "Map's channel, no-op: against one send and receive of a Result on a buffered channel",
		N:    200_000,
		Base: oneChannel, Case: mapChannel,
		Value: ratio(0), Unit: "×", Bar: 1.5,
	}}, slices.Concat(deployedSpecials(), observedSpecials(), edgeSpecials())...)
}

const (
	crashEvery = 100
	crashLimit = 3
	backoff    = 50 * time.Millisecond
)

// crashes runs n no-ops of which each every-th panics whenever it is run
// (none if every is 0), and checks that exactly those failed, as crashes.
func crashes(ctx context.Context, n, every int) error {
	fn := func(_ context.Context, x int) (int, error) {
		if every > 0 && x%every == 0 {
			panic("poison")
		}
		return x + 1, nil
	}
	run, err := mapper.Start(ctx, fn, work.Ints(n), mapper.Options{
		Containers: 8, ReturnExceptions: true, CrashLimit: crashLimit,
	})
	if err != nil {
		return err
	}
	i := 0
	for r := range run.All() {
		if r.Index != i {
			return fmt.Errorf("bench: result %d has index %d", i, r.Index)
		}
		if every > 0 && i%every == 0 {
			if _, ok := errors.AsType[*supervisor.CrashError](r.Err); !ok {
				return fmt.Errorf("bench: input %d panics, but its error is %v", i, r.Err)
			}
		} else if r.Err != nil || r.Value != i+1 {
			return fmt.Errorf("bench: input %d: %d, %v", i, r.Value, r.Err)
		}
		i++
	}
	if i != n {
		return fmt.Errorf("bench: %d results of %d inputs", i, n)
	}
	return run.Wait()
}

// retries collects n naps of 1 ms. If some is true, one input in twenty fails
// at its first attempt.
func retries(ctx context.Context, n int, some bool) error {
	failed := make([]atomic.Bool, n)
	fn := func(_ context.Context, x int) (int, error) {
		time.Sleep(time.Millisecond)
		if some && x%20 == 7 && !failed[x].Swap(true) {
			return 0, errOnce
		}
		return x + 1, nil
	}
	out, err := mapper.Collect(ctx, fn, work.Slice(n), mapper.Options{
		Containers: 64,
		Retries:    policy.Retries{MaxRetries: 1, InitialDelay: backoff},
	})
	if err != nil {
		return err
	}
	return check(out, n)
}

var errOnce = errors.New("bench: fails once")

func timeout(ctx context.Context, n int, d time.Duration) error {
	out, err := mapper.Collect(ctx, next, work.Slice(n), mapper.Options{Containers: 1, Timeout: d})
	if err != nil {
		return err
	}
	return check(out, n)
}

func mapChannel(ctx context.Context, n int) error {
	i := 0
	for r := range mapper.Map(ctx, next, work.Slice(n), mapper.Options{}) {
		if r.Err != nil || r.Value != i+1 {
			return fmt.Errorf("bench: input %d: %d, %v", i, r.Value, r.Err)
		}
		i++
	}
	return count(i, n)
}

// oneChannel is what any API that ends in a channel has to pay: one goroutine
// sends the same values that Map would, one receives and checks them.
func oneChannel(_ context.Context, n int) error {
	in := work.Slice(n)
	results := make(chan mapper.Result[int, int], 64)
	go func() {
		defer close(results)
		for i, v := range in {
			results <- mapper.Result[int, int]{Index: i, Input: v, Value: v + 1, Attempts: 1}
		}
	}()
	i := 0
	for r := range results {
		if r.Err != nil || r.Value != i+1 {
			return fmt.Errorf("bench: input %d: %d, %v", i, r.Value, r.Err)
		}
		i++
	}
	return count(i, n)
}

func next(_ context.Context, x int) (int, error) { return x + 1, nil }

func check(out []int, n int) error {
	for i, v := range out {
		if v != i+1 {
			return fmt.Errorf("bench: result %d is %d", i, v)
		}
	}
	return count(len(out), n)
}

func count(got, want int) error {
	if got != want {
		return fmt.Errorf("bench: %d results of %d inputs", got, want)
	}
	return nil
}
