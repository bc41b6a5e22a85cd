package mapper_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// Whoever may execute an input that was in a crash is woken for it, however it came to that.

// TestFewerLineages: an input waits for another lineage than the one it crashed in, and that lineage is scaled away.
func TestFewerLineages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken, crashed atomic.Bool
		enter := func(context.Context) (int, error) {
			if broken.Load() {
				return 0, errors.New("broken")
			}
			return 0, nil
		}
		f := deploy(t, mapper.WithState(enter, func(_ context.Context, _, i int) (int, error) {
			if !crashed.Swap(true) {
				panic("the first time")
			}
			return i, nil
		}, nil), mapper.Options{Containers: 2, Scale: mapper.Scale{Min: 2}})
		time.Sleep(time.Second)
		broken.Store(true)
		f.Drain(0) // its successor backs off
		time.Sleep(100 * time.Millisecond)
		broken.Store(false)
		call, err := f.Spawn(t.Context(), 1) // crashes in lineage 1, which is back at once
		require.NoError(t, err)
		time.Sleep(10 * time.Millisecond)
		broken.Store(true)
		time.Sleep(1500 * time.Millisecond) // the call has waited for its second
		s := f.Scale()
		s.Min, s.Max = 1, 1
		require.NoError(t, f.SetScale(s))
		v, err := call.Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, v)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestStruckBesideABatchThatForms: an input that was in a crash does not wait for a batch of others to be full, and
// nobody looks for it in a loop meanwhile: in a bubble that would never end.
func TestStruckBesideABatchThatForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failed, crashed atomic.Bool
		f := deploy(t, mapper.Batched(func(_ context.Context, in []int) ([]int, error) {
			switch {
			case in[0] < 2 && !failed.Swap(true):
				time.Sleep(600 * time.Millisecond)
				return nil, policy.RetryAfter(errors.New("later"), 200*time.Millisecond)
			case in[0] >= 2 && !crashed.Swap(true):
				panic("the first time")
			}
			return in, nil
		}, mapper.Batch{Size: 3, Wait: 6 * time.Second}), mapper.Options{Containers: 2, Retries: policy.FixedRetries(5)})
		var calls []*mapper.Call[int]
		spawn := func(inputs ...int) {
			for _, i := range inputs {
				call, err := f.Spawn(t.Context(), i)
				require.NoError(t, err)
				calls = append(calls, call)
			}
			time.Sleep(100 * time.Millisecond)
		}
		spawn(0, 1, 1)
		spawn(2, 3, 4)
		time.Sleep(500 * time.Millisecond)
		calls[1].Cancel() // one retry is left: no full batch
		calls[2].Cancel()
		for _, at := range []int{3, 4, 5, 0} {
			v, err := calls[at].Get(t.Context())
			require.NoError(t, err)
			require.Equal(t, max(at-1, 0), v)
		}
		require.NoError(t, f.Stop(t.Context()))
	})
}
