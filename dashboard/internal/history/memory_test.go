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

// TestMemoryOfContainer: a container has its memory of each second, the most of it, and its limits; what it died at counts.
func TestMemoryOfContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		v := heavy{newView(1)}
		v.about.Options.Runtime, v.about.Options.Recycle.Memory = struct{ supervisor.Runtime }{}, 40
		v.set(mapper.Counts{Running: 1}, v.pool)
		b.Watch(v)
		for id := range 3 {
			started := event(1, supervisor.ContainerStarted, -1, nil)
			started.Container, started.Lineage = id, id
			b.Observe(started)
		}
		time.Sleep(150*time.Second + time.Millisecond)
		story, ok := b.Container(1, 1)
		require.True(t, ok)
		require.Len(t, story.Use.Series, 120)
		require.Equal(t, history.MemoryAt{Time: time.Now().Add(-time.Millisecond), Bytes: 30}, story.Use.Series[119])
		require.Equal(t, []int64{30, 50, 40}, []int64{story.Use.Peak, story.Use.Limit, story.Use.Recycle})
		story, _ = b.Container(1, 2)
		require.Nil(t, story.Use, "it does not know")

		crash := event(1, supervisor.ContainerCrashed, -1, &supervisor.CrashError{Container: 1, OOM: true, PeakMemory: 50})
		crash.Container, crash.Lineage = 1, 1
		b.Observe(crash)
		time.Sleep(10 * time.Second)
		story, _ = b.Container(1, 1)
		require.Equal(t, int64(50), story.Use.Peak)
		require.Equal(t, crash.Time, story.Ended)
		require.True(t, story.Use.Series[119].Time.Before(crash.Time), "nothing is added to one that has ended")
		close(v.done)
		b.Close()
	})
}
