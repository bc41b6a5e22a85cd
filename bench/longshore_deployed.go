package bench

import (
	"context"
	"fmt"

	"github.com/longshore-go/longshore/bench/work"
	"github.com/longshore-go/longshore/mapper"
)

// deployedSpecials are those of long-lived functions.
func deployedSpecials() []Special {
	return []Special{{
		Name: "pool",
		Asks: "Collect on a deployed function, no-op, from Deploy to Stop: against Collect",
		N:    4_000_000,
		Base: collectAlone, Case: collectDeployed,
		Value: ratio(0), Unit: "×", Bar: 1.1,
	}, {
		Name: "call",
		Asks: "Call on an idle function: time on top of a round trip to a goroutine that waits on a channel",
		N:    20_000,
		Base: roundTrips, Case: calls,
		Value: nsPer(1), Unit: "ns/call", Bar: 3_000,
	}}
}

func collectAlone(ctx context.Context, n int) error {
	out, err := mapper.Collect(ctx, next, work.Slice(n), mapper.Options{})
	if err != nil {
		return err
	}
	return check(out, n)
}

func collectDeployed(ctx context.Context, n int) error {
	f, err := mapper.Deploy(ctx, mapper.Plain(next), mapper.Options{})
	if err != nil {
		return err
	}
	out, err := f.Collect(ctx, work.Slice(n), mapper.RunOptions{})
	if err != nil {
		return err
	}
	if err := check(out, n); err != nil {
		return err
	}
	return f.Stop(ctx)
}

// calls makes n calls, one after the other. A nap of the caller between them would measure
// how long the machine takes to wake up.
func calls(ctx context.Context, n int) error {
	f, err := mapper.Deploy(ctx, mapper.Plain(next), mapper.Options{Containers: 1})
	if err != nil {
		return err
	}
	for i := range n {
		if v, err := f.Call(ctx, i); err != nil || v != i+1 {
			return fmt.Errorf("bench: call %d: %d, %v", i, v, err)
		}
	}
	return f.Stop(ctx)
}

// roundTrips sends n numbers to a goroutine and waits for each answer, as one would by hand.
func roundTrips(ctx context.Context, n int) error {
	type request struct {
		ctx    context.Context
		in     int
		answer chan int
	}
	requests := make(chan request)
	defer close(requests)
	go func() {
		for r := range requests {
			v, _ := next(r.ctx, r.in)
			r.answer <- v
		}
	}()
	for i := range n {
		r := request{ctx, i, make(chan int, 1)}
		requests <- r
		if v := <-r.answer; v != i+1 {
			return fmt.Errorf("bench: round trip %d: %d", i, v)
		}
	}
	return nil
}
