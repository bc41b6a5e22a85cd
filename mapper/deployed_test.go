package mapper_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

func squared(_ context.Context, n int) (int, error) { return n * n, nil }

// lasting is a function that takes d for each input, whatever its context says.
func lasting(d time.Duration) mapper.Body[int, int] {
	return mapper.Plain(func(_ context.Context, n int) (int, error) {
		time.Sleep(d)
		return n, nil
	})
}

// deploy makes a function that ends with the test, whatever becomes of that.
func deploy[In, Out any](t *testing.T, body mapper.Body[In, Out], opts mapper.Options) *mapper.Function[In, Out] {
	t.Helper()
	f, err := mapper.Deploy(t.Context(), body, opts)
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	return f
}

func TestDeployedServesCallsAndRuns(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 2})
	v, err := f.Call(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, 49, v)
	out, err := f.Collect(t.Context(), []int{1, 2, 3}, mapper.RunOptions{})
	require.NoError(t, err)
	require.Equal(t, []int{1, 4, 9}, out)
	require.NoError(t, f.Stop(t.Context()))
}

// Many callers and runs of cheap inputs at once, in real time: claims, thefts and visits
// cross each other as they do not in a bubble.
func TestDeployedServesManyAtOnce(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 4})
	failures := make(chan string, 10_000)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			for k := range 20 {
				if v, err := f.Call(t.Context(), i+k); err != nil || v != (i+k)*(i+k) {
					failures <- "call"
				}
			}
		})
	}
	in := ints(5000)
	for range 5 {
		all.Go(func() {
			out, err := f.Collect(t.Context(), in, mapper.RunOptions{})
			if err != nil || out[4999] != 4999*4999 {
				failures <- "collect"
			}
			next := 0
			for r := range f.Map(t.Context(), in, mapper.RunOptions{}) {
				if r.Err != nil || r.Index != next || r.Value != next*next {
					failures <- "map"
				}
				next++
			}
			if next != len(in) {
				failures <- "map is short"
			}
		})
	}
	all.Wait()
	require.NoError(t, f.Stop(t.Context()))
	require.Empty(t, failures)
}
