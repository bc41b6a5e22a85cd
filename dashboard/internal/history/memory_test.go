package history_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// heavy is a run whose containers know their memory.
type heavy struct{ *view }

func (heavy) Containers() []mapper.ContainerView {
	return []mapper.ContainerView{{Memory: 10, MemoryLimit: 100}, {ID: 1, Memory: 30, MemoryLimit: 50}, {ID: 2}}
}

// TestMemory: each second has the memory of all containers, and of the one that uses most. Goroutines are not asked.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		processes, goroutines := heavy{newView(1)}, heavy{newView(2)}
		processes.about.Options.Runtime = struct{ supervisor.Runtime }{}
		for _, v := range []heavy{processes, goroutines} {
			v.set(mapper.Counts{Running: 1}, v.pool)
			b.Watch(v)
		}
		time.Sleep(2500 * time.Millisecond)
		for _, s := range get(t, b, 1).Series {
			require.Equal(t, []int64{40, 30, 50}, []int64{s.Memory, s.MemoryMost, s.MemoryLimit})
		}
		require.Len(t, get(t, b, 1).Series, 2)
		for _, s := range get(t, b, 2).Series {
			require.Zero(t, s.Memory+s.MemoryMost+s.MemoryLimit)
		}
		close(processes.done)
		close(goroutines.done)
		b.Close()
	})
}
