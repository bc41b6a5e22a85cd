package mapper_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestContainersComeAsInputsDo: an iterator does not say how many inputs it has. There are as many containers as there
// have been unfinished inputs at a time, and never more.
func TestContainersComeAsInputsDo(t *testing.T) {
	const containers = 100_000
	for name, c := range map[string]struct {
		inputs iter.Seq[int]
		want   int
	}{
		"one":                {slices.Values(ints(1)), 1},
		"three at once":      {slices.Values(ints(3)), 3},
		"one after another":  {spaced(10, time.Minute), 1},
		"two at a time":      {spaced(10, 600*time.Millisecond), 2},
		"more than are idle": {then(spaced(3, time.Minute), slices.Values(ints(7))), 7},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var started tally[int]
				run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
					time.Sleep(time.Second)
					return i, nil
				}, c.inputs, mapper.Options{
					Containers: containers, Outstanding: containers,
					Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
						if ev.Kind == supervisor.ContainerStarted {
							started.add(ev.Container)
						}
					}),
				})
				require.NoError(t, err)
				for r := range run.All() {
					require.NoError(t, r.Err)
				}
				require.Len(t, started.all(), c.want)
			})
		})
	}
}

// TestContainersComeAtOnce: as many as are needed start at the same moment, also where a start takes its time.
func TestContainersComeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		body := mapper.WithState(func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return 0, nil
		}, func(_ context.Context, _, i int) (int, error) {
			time.Sleep(time.Second)
			return i, nil
		}, nil)
		run, err := body.Start(t.Context(), slices.Values(ints(64)), mapper.Options{Containers: 64})
		require.NoError(t, err)
		for r := range run.All() {
			require.NoError(t, r.Err)
		}
		require.Equal(t, 2*time.Second, time.Since(began))
	})
}

// spaced yields so many inputs, each so long after the one before.
func spaced(n int, d time.Duration) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
			time.Sleep(d)
		}
	}
}

// then yields what both do.
func then(first, second iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, seq := range []iter.Seq[int]{first, second} {
			for i := range seq {
				if !yield(i) {
					return
				}
			}
		}
	}
}
