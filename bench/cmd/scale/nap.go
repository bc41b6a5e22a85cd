//go:build unix

package main

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

var (
	_ = process.Register(nap)
	_ = process.Register(stamp)
)

// job is an input.
type job struct {
	N    int
	Time time.Duration // that it takes
}

// nap is what machines execute.
func nap(ctx context.Context, j job) (int, error) {
	select {
	case <-time.After(j.Time):
		return j.N, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// naps is n of them. Each takes a little more or less, or all would end at once.
func naps(n int, d time.Duration) iter.Seq[job] {
	return func(yield func(job) bool) {
		for i := range n {
			part := time.Duration(uint64(i) * 0x9e3779b97f4a7c15 >> 44) // of 2^20
			if !yield(job{i, d/2 + d*part>>20}) {
				return
			}
		}
	}
}

// tally reads results: each input is to have one.
type tally struct {
	n    int
	seen []uint64 // a bit for each
}

func (t *tally) add(r mapper.Result[job, int]) error {
	switch {
	case r.Err != nil:
		return r.Err
	case r.Value != r.Index || r.Input.N != r.Index:
		return fmt.Errorf("input %d has the value %d", r.Index, r.Value)
	}
	if more := r.Index/64 + 1 - len(t.seen); more > 0 {
		t.seen = append(t.seen, make([]uint64, more)...)
	}
	word, bit := &t.seen[r.Index/64], uint64(1)<<(r.Index%64)
	if *word&bit != 0 {
		return fmt.Errorf("input %d has a second result", r.Index)
	}
	*word |= bit
	t.n++
	return nil
}

// charged says that somebody was charged for what machines do.
func charged(s mapper.Stats) error {
	if s.Retries != 0 || s.Pool.Crashes != 0 || s.Failed != 0 {
		return fmt.Errorf("%d retries, %d crashes and %d failures are charged", s.Retries, s.Pool.Crashes, s.Failed)
	}
	return nil
}
