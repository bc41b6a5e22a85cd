package mapper_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

const (
	outage  = 30 * time.Second
	callers = 1000
)

// TestCallersOutliveACrashLoop is what a deployed function is for: its containers crash-loop
// for 30 s, a thousand callers wait, and each gets its value. No input is charged for it.
// (The crashes take some time, so that all have called before the first: a function that
// has been called only once cannot be told from a poison.)
func TestCallersOutliveACrashLoop(t *testing.T) {
	for name, opts := range map[string]mapper.Options{
		"alone":       {Containers: 1},
		"several":     {Containers: 8},
		"many":        {Containers: 64},
		"kept":        {Containers: 8, Scale: mapper.Scale{Min: 8}},
		"concurrent":  {Containers: 8, MaxInputs: 4},
		"sensitive":   {Containers: 8, CrashLimit: 3, Recycle: mapper.Recycle{Inputs: 50}},
		"surrounding": {Containers: 4, Scale: mapper.Scale{Buffer: 4}, TargetInputs: 2, MaxInputs: 5},
	} {
		t.Run(name, func(t *testing.T) {
			for where, body := range map[string]func(time.Time) mapper.Body[int, int]{
				"enter": entersAfter, "call": callsAfter, "stateless": plainAfter, "batch": batchesAfter,
			} {
				t.Run(where, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						outliveOutage(t, body(time.Now().Add(outage)), opts)
					})
				})
			}
		})
	}
}

func outliveOutage(t *testing.T, body mapper.Body[int, int], opts mapper.Options) {
	f := deploy(t, body, opts)
	var all sync.WaitGroup
	values, errs := make([]int, callers), make([]error, callers)
	for i := range callers {
		all.Go(func() { values[i], errs[i] = f.Call(t.Context(), i) })
	}
	time.Sleep(outage / 2)
	require.True(t, f.Stats().Pool.CrashLooping)
	require.Equal(t, callers, f.Stats().Calls)
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, ints(callers), values)
	synctest.Wait() // counts come after results
	require.Equal(t, callers, f.Stats().Succeeded)
	require.Zero(t, f.Stats().Failed)
	time.Sleep(time.Hour)
	require.False(t, f.Stats().Pool.CrashLooping)
	require.NoError(t, f.Stop(t.Context()))
}

var errDown = errors.New("down")

func plainAfter(heals time.Time) mapper.Body[int, int] {
	return mapper.Plain(func(_ context.Context, n int) (int, error) {
		time.Sleep(10 * time.Millisecond)
		if time.Now().Before(heals) {
			panic(errDown)
		}
		return n, nil
	})
}

func callsAfter(heals time.Time) mapper.Body[int, int] {
	return mapper.WithState(
		func(context.Context) (int, error) { return 0, nil },
		func(_ context.Context, _, n int) (int, error) {
			time.Sleep(10 * time.Millisecond)
			if time.Now().Before(heals) {
				panic(errDown)
			}
			return n, nil
		}, nil)
}

func entersAfter(heals time.Time) mapper.Body[int, int] {
	return mapper.WithState(
		func(context.Context) (int, error) {
			time.Sleep(100 * time.Millisecond)
			if time.Now().Before(heals) {
				return 0, errDown
			}
			return 0, nil
		},
		func(_ context.Context, _, n int) (int, error) { return n, nil }, nil)
}

func batchesAfter(heals time.Time) mapper.Body[int, int] {
	return mapper.Batched(func(_ context.Context, in []int) ([]int, error) {
		time.Sleep(10 * time.Millisecond)
		if time.Now().Before(heals) {
			panic(errDown)
		}
		return in, nil
	}, mapper.Batch{Size: 3, Wait: 50 * time.Millisecond})
}
