package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestCheapInputsInRealTime runs what a bubble cannot: inputs so cheap, on a clock
// that goes on, that containers claim many and begin several at a time, with crashes,
// errors and re-runs in between.
func TestCheapInputsInRealTime(t *testing.T) {
	t.Parallel()
	const n = 20_000
	inputs := make([]int, n)
	for i := range inputs {
		inputs[i] = i
	}
	for _, unordered := range []bool{false, true} {
		for _, containers := range []int{1, 2, 7} {
			opts := mapper.Options{Containers: containers, ReturnExceptions: true, Unordered: unordered}
			tries := make([]atomic.Int32, n)
			fn := func(_ context.Context, i int) (int, error) {
				tries[i].Add(1)
				switch i % 101 {
				case 17:
					panic(i)
				case 40:
					return 0, errFlaky
				}
				return i + 1, nil
			}
			run, err := mapper.Start(t.Context(), fn, slices.Values(inputs), opts)
			require.NoError(t, err)
			seen := make([]bool, n)
			next := 0
			for r := range run.All() {
				if !unordered && r.Index != next || seen[r.Index] {
					t.Fatalf("got index %d, want %d", r.Index, next)
				}
				seen[r.Index] = true
				next++
				switch crash, _ := errors.AsType[*supervisor.CrashError](r.Err); r.Index % 101 {
				case 17:
					require.NotNil(t, crash)
					require.Equal(t, r.Index, crash.Panic)
					require.Equal(t, r.Index, crash.Input)
					require.Equal(t, 3, r.Attempts)
				case 40:
					require.ErrorIs(t, r.Err, errFlaky)
				default:
					require.NoError(t, r.Err)
					require.Equal(t, r.Index+1, r.Value)
					require.EqualValues(t, 1, tries[r.Index].Load(), "an innocent input ran twice")
				}
			}
			require.Equal(t, n, next)
			require.NoError(t, run.Wait())
		}
	}
}

// TestNothingBeginsAfterTheFirstFailure counts the calls after a failure of cheap
// inputs, of which several are begun at a time.
func TestNothingBeginsAfterTheFirstFailure(t *testing.T) {
	t.Parallel()
	inputs := make([]int, 50_000)
	for i := range inputs {
		inputs[i] = i
	}
	var after atomic.Int32
	var failed atomic.Bool
	_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
		if failed.Load() {
			after.Add(1)
		}
		if i == 20_000 {
			failed.Store(true)
			return 0, errFlaky
		}
		return i, nil
	}, inputs, mapper.Options{Containers: 1})
	require.ErrorIs(t, err, errFlaky)
	require.Zero(t, after.Load())
}

// TestReaderThatPanicsStopsTheRun: leaving a loop by a panic is leaving it.
func TestReaderThatPanicsStopsTheRun(t *testing.T) {
	t.Parallel()
	naturals := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil }, naturals, mapper.Options{})
	require.NoError(t, err)
	require.PanicsWithValue(t, "enough", func() {
		for r := range run.All() {
			if r.Index == 100 {
				panic("enough")
			}
		}
	})
	require.ErrorIs(t, run.Wait(), mapper.ErrStopped)
}

// counting makes containers that answer at once, and counts how often each input was executed.
type counting struct{ begun []atomic.Int32 }

func (c *counting) Check(any) error { return nil }

func (c *counting) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return c, nil
}

func (c *counting) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	for i, in := range chunk.Inputs {
		c.begun[in.(int)].Add(1)
		done(i, in, nil)
	}
	return nil
}

func (c *counting) Close(context.Context) error { return nil }

// TestRaceStealFromRemote: what was sent to a container somewhere else is not executed in another as well, however
// soon that looks for something to do.
func TestRaceStealFromRemote(t *testing.T) {
	t.Parallel()
	for range 300 {
		c := &counting{begun: make([]atomic.Int32, 200)}
		out, err := mapper.Collect(t.Context(), squared, ints(len(c.begun)), mapper.Options{Containers: 8, Runtime: c})
		require.NoError(t, err)
		require.Equal(t, ints(len(c.begun)), out)
		for i := range c.begun {
			require.EqualValues(t, 1, c.begun[i].Load(), "input %d", i)
		}
	}
}

// TestFinishedRemotely: each input of a container somewhere else counts once as finished by it, succeeded or failed.
func TestFinishedRemotely(t *testing.T) {
	t.Parallel()
	c := &counting{begun: make([]atomic.Int32, 500)}
	f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 1, Runtime: c})
	_, err := f.Collect(t.Context(), ints(500), mapper.RunOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 500, f.Stats().Pool.Containers[0].Finished)
	require.NoError(t, f.Stop(t.Context()))
}
