package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// sharing is a function whose inputs are numbers of runs, and how many of each run execute.
type sharing struct {
	f       *mapper.Function[int, int]
	running []atomic.Int32
}

func share(t *testing.T, containers, runs int, took time.Duration) *sharing {
	s := &sharing{running: make([]atomic.Int32, runs)}
	s.f = deploy(t, mapper.Plain(func(ctx context.Context, run int) (int, error) {
		s.running[run].Add(1)
		defer s.running[run].Add(-1)
		return 0, during(ctx, took)
	}), mapper.Options{Containers: containers})
	return s
}

// count is how many inputs of each run execute.
func (s *sharing) count() []int {
	synctest.Wait()
	n := make([]int, len(s.running))
	for i := range n {
		n[i] = int(s.running[i].Load())
	}
	return n
}

func runShareCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Containers int `json:"function_containers"`
		Runs       []struct {
			Share  int `json:"share"`
			Inputs int `json:"inputs"`
		} `json:"runs"`
		FnMS float64 `json:"fn_ms"`
	}](t, c.Setup)
	want := decodeCase[struct {
		Running []int `json:"running_at_5_ms"`
	}](t, c.Want())
	synctest.Test(t, func(t *testing.T) {
		s := share(t, setup.Containers, len(setup.Runs), caseMS(setup.FnMS))
		s.f.Pause() // so that all runs begin at once
		var all []<-chan mapper.Result[int, int]
		inputs := 0
		for i, r := range setup.Runs {
			all = append(all, s.f.Map(t.Context(), slices.Repeat([]int{i}, r.Inputs), mapper.RunOptions{Share: r.Share}))
			inputs += r.Inputs
		}
		synctest.Wait()
		s.f.Resume()
		time.Sleep(caseMS(5))
		require.Equal(t, want.Running, s.count())
		for _, results := range all {
			for r := range results {
				require.NoError(t, r.Err)
				inputs--
			}
		}
		require.Zero(t, inputs)
		require.NoError(t, s.f.Stop(t.Context()))
	})
}

// TestShares: each run has its share for as long as all of them have work, and at least one container. All containers
// become free in the same moment here, and look for work at once: now and then one is counted twice.
func TestShares(t *testing.T) {
	for _, c := range []struct {
		containers   int
		shares, want []int
	}{
		{8, []int{0, 1}, []int{4, 4}},
		{8, []int{3, 1}, []int{6, 2}},
		{8, []int{1, 2, 5}, []int{1, 2, 5}},
		{4, []int{1_000_000, 1}, []int{3, 1}},
	} {
		t.Run(fmt.Sprint(c.containers, c.shares), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := share(t, c.containers, len(c.shares), 10*time.Millisecond)
				ctx, cancel := context.WithCancel(t.Context())
				var all []<-chan mapper.Result[int, int]
				for i, n := range c.shares {
					all = append(all, s.f.MapSeq(ctx, func(yield func(int) bool) {
						for yield(i) {
						}
					}, mapper.RunOptions{Share: n, Unordered: true}))
				}
				for _, results := range all {
					go func() {
						for range results {
						}
					}()
				}
				time.Sleep(25 * time.Millisecond) // the first may have taken all before the others came
				sum := make([]float64, len(c.want))
				const rounds = 100
				for range rounds {
					time.Sleep(10 * time.Millisecond)
					for i, n := range s.count() {
						require.Positive(t, n)
						sum[i] += float64(n) / rounds
					}
				}
				for i, n := range c.want {
					require.InDelta(t, n, sum[i], 0.5, "%v", sum)
				}
				cancel()
				require.NoError(t, s.f.Stop(t.Context()))
			})
		})
	}
}

// TestShareOfOne: a run has all containers while it is alone, whatever its share, and a call waits for the first that is free.
func TestShareOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := share(t, 4, 2, 10*time.Millisecond)
		results := s.f.Map(t.Context(), slices.Repeat([]int{0}, 40), mapper.RunOptions{Share: 3})
		time.Sleep(5 * time.Millisecond)
		require.Equal(t, []int{4, 0}, s.count())
		began := time.Now()
		_, err := s.f.Call(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, 15*time.Millisecond, time.Since(began))
		n := 0
		for range results {
			n++
		}
		require.Equal(t, 40, n)
		require.NoError(t, s.f.Stop(t.Context()))
	})
}

func TestShareRefused(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(func(_ context.Context, i int) (int, error) { return i, nil }), mapper.Options{})
	for _, share := range []int{-1, 1_000_001} {
		opts := mapper.RunOptions{Share: share}
		_, collected := f.Collect(t.Context(), ints(1), opts)
		_, started := f.Start(t.Context(), slices.Values(ints(1)), opts)
		for _, err := range []error{collected, started, (<-f.Map(t.Context(), ints(1), opts)).Err, (<-f.MapSeq(t.Context(), slices.Values(ints(1)), opts)).Err} {
			invalid, ok := errors.AsType[*policy.InvalidError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, "Share", invalid.Field)
		}
	}
	require.NoError(t, f.Stop(t.Context()))
}
