package main

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// watch calls bark once when the count has stood still for that long, and returns then or when ctx ends.
func watch(ctx context.Context, count *atomic.Int64, limit time.Duration, bark func()) {
	last, since := count.Load(), time.Now()
	tick := time.NewTicker(limit / 60)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := count.Load(); now != last {
			last, since = now, time.Now()
		} else if time.Since(since) >= limit {
			bark()
			return
		}
	}
}

// hung tells of a round that makes no progress.
func hung(out io.Writer, p *plan, limit time.Duration) {
	fmt.Fprintf(out, "no input was settled for %v\n%s\n%s\n", limit, stacks(), p)
	replay(out, p)
}
