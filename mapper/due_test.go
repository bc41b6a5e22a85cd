package mapper_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestAllThatAreDueExecute: calls whose containers crashed at the same time, and that wait for the
// same time, execute side by side as soon as it has come: no container sleeps meanwhile.
func TestAllThatAreDueExecute(t *testing.T) {
	for _, containers := range []int{3, 4, 8} {
		synctest.Test(t, func(t *testing.T) {
			var tries [3]atomic.Int32
			var executing atomic.Int32
			var together sync.WaitGroup
			together.Add(len(tries))
			f := deploy(t, mapper.Plain(func(_ context.Context, i int) (int, error) {
				if tries[i].Add(1) == 1 {
					together.Done()
					together.Wait()
					panic("boom")
				}
				executing.Add(1)
				time.Sleep(time.Hour)
				executing.Add(-1)
				return i, nil
			}), mapper.Options{Containers: containers})
			calls, err := f.SpawnAll(t.Context(), ints(len(tries)))
			require.NoError(t, err)
			time.Sleep(10 * time.Minute)
			require.EqualValues(t, len(tries), executing.Load(), "%d containers", containers)
			_, err = mapper.Gather(t.Context(), calls...)
			require.NoError(t, err)
			require.NoError(t, f.Stop(t.Context()))
		})
	}
}
