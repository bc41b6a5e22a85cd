package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/mapper"
)

const ms = time.Millisecond

// byHand calls fn on 0 to n-1, so many at a time, as users do.
func byHand(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(limit)
	for i := range n {
		g.Go(func() error { return fn(ctx, i) })
	}
	return g.Wait()
}

// longshore does it by a body.
func longshore(ctx context.Context, body mapper.Body[int, struct{}], n int, opts mapper.Options) error {
	return body.Each(ctx, numbers(n), opts)
}

// plain is a body without values.
func plain(fn func(ctx context.Context, i int) error) mapper.Body[int, struct{}] {
	return mapper.Plain(func(ctx context.Context, i int) (struct{}, error) { return struct{}{}, fn(ctx, i) })
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// sleep takes its time, unless ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func inMS(d time.Duration) float64 { return float64(d) / float64(ms) }

func scaled(n int, scale float64) int { return max(int(float64(n)*scale), 64) }
