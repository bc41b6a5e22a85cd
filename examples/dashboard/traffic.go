package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/mapper"
)

// tally is what came of the traffic.
type tally struct {
	calls, refused int
	runs           int
}

func (t tally) String() string {
	return fmt.Sprintf("%d calls, of which %d were refused, and %d runs", t.calls, t.refused, t.runs)
}

const (
	batchSize  = 400
	batchPause = 10 * time.Second
)

// traffic calls the function all the time, and runs a batch on it now and then, until ctx ends.
func traffic(ctx context.Context, f *mapper.Function[order, quote], rate int) tally {
	var t tally
	var batches errgroup.Group
	batches.Go(func() error {
		t.runs = runBatches(ctx, f)
		return nil
	})
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			t.calls++
			if _, err := f.Spawn(ctx, someOrder()); err != nil {
				t.refused++
			}
		case <-ctx.Done():
			_ = batches.Wait() // none has an error
			return t
		}
	}
}

func runBatches(ctx context.Context, f *mapper.Function[order, quote]) (runs int) {
	for ; ctx.Err() == nil; runs++ {
		orders := make([]order, batchSize)
		for i := range orders {
			orders[i] = someOrder()
		}
		_, _ = f.Collect(ctx, orders, mapper.RunOptions{ReturnExceptions: true}) // the page says what failed
		select {
		case <-time.After(batchPause):
		case <-ctx.Done():
		}
	}
	return runs
}

func someOrder() order {
	var symbol [3]byte
	for i := range symbol {
		symbol[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rand.IntN(26)]
	}
	return order{string(symbol[:]), 1 + rand.IntN(100)}
}
