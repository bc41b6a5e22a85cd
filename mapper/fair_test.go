package mapper_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// consumer reads a run of a million inputs until it is told to stop.
type consumer struct {
	run  *mapper.Run[int, int]
	read atomic.Int64
	done chan struct{}
}

func consume(t *testing.T, f *mapper.Function[int, int]) *consumer {
	run, err := f.Start(t.Context(), func(yield func(int) bool) {
		for i := range 1_000_000 {
			if !yield(i) {
				return
			}
		}
	}, mapper.RunOptions{})
	require.NoError(t, err)
	c := &consumer{run: run, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		for range run.All() {
			c.read.Add(1)
		}
	}()
	return c
}

func (c *consumer) stop() {
	c.run.Stop()
	<-c.done
}

// shares counts what is finished in d of time.
func shares(d time.Duration, counts ...*atomic.Int64) []int64 {
	before := make([]int64, len(counts))
	for i, c := range counts {
		before[i] = c.Load()
	}
	time.Sleep(d)
	for i, c := range counts {
		before[i] = c.Load() - before[i]
	}
	return before
}

// requireEven requires that nobody has less than three quarters of an even share.
func requireEven(t *testing.T, got []int64) {
	t.Helper()
	sum := int64(0)
	for _, n := range got {
		sum += n
	}
	for _, n := range got {
		require.GreaterOrEqual(t, 4*n*int64(len(got)), 3*sum, "%v", got)
	}
}

// TestNobodyStarves has all inputs take a second, so that in a bubble a share of the
// containers is a count.
func TestNobodyStarves(t *testing.T) {
	for _, most := range []int{1, 2, 8} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			for name, scenario := range map[string]func(*testing.T, *mapper.Function[int, int]){
				"a call beside a huge run": callBesideRun,
				"two huge runs":            twoRuns,
				"a flood of calls":         runInFlood,
			} {
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						f := deploy(t, lasting(time.Second), mapper.Options{Containers: most})
						scenario(t, f)
						require.NoError(t, f.Stop(t.Context()))
					})
				})
			}
		})
	}
}

// A call waits for the first container that is free, and not for the million.
func callBesideRun(t *testing.T, f *mapper.Function[int, int]) {
	run := consume(t, f)
	defer run.stop()
	time.Sleep(10*time.Second + time.Millisecond)
	for range 10 {
		began := time.Now()
		_, err := f.Call(t.Context(), 1)
		require.NoError(t, err)
		require.LessOrEqual(t, time.Since(began), 3*time.Second)
	}
	require.Positive(t, run.read.Load())
}

func twoRuns(t *testing.T, f *mapper.Function[int, int]) {
	first := consume(t, f)
	defer first.stop()
	time.Sleep(10 * time.Second) // it has all the containers now
	second := consume(t, f)
	defer second.stop()
	requireEven(t, shares(300*time.Second, &first.read, &second.read))
}

func runInFlood(t *testing.T, f *mapper.Function[int, int]) {
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	var served atomic.Int64
	for range 500 {
		callers.Go(func() {
			for ctx.Err() == nil {
				if _, err := f.Call(ctx, 1); err == nil {
					served.Add(1)
				}
			}
		})
	}
	time.Sleep(10 * time.Second)
	run := consume(t, f)
	requireEven(t, shares(300*time.Second, &served, &run.read))
	second := consume(t, f)
	requireEven(t, shares(300*time.Second, &served, &run.read, &second.read))
	cancel()
	callers.Wait()
	run.stop()
	second.stop()
}
