package mapper_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// What was accepted while a function is being stopped is executed: a call that ends in that
// moment must not take the one with it that is accepted after it.
func TestStopKeepsWhatItAccepts(t *testing.T) {
	t.Parallel()
	var failed atomic.Int32
	for range 2000 {
		f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 2})
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() {
				for {
					c, err := f.Spawn(t.Context(), 1)
					if err != nil {
						return
					}
					if _, err = c.Get(t.Context()); err != nil {
						failed.Add(1)
					}
				}
			})
		}
		runtime.Gosched()
		require.NoError(t, f.Stop(t.Context()))
		callers.Wait()
	}
	require.Zero(t, failed.Load(), "calls that were accepted and failed")
}

// A function that is stopped starts no container for that.
func TestStopStartsNothing(t *testing.T) {
	for range 1000 {
		synctest.Test(t, func(t *testing.T) {
			f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 1})
			_, err := f.Call(t.Context(), 1)
			require.NoError(t, err)
			require.NoError(t, f.Stop(t.Context()))
			require.Equal(t, 1, f.Stats().Pool.Starts)
		})
	}
}
