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

// TestJournal: what a run has of its journal, and that what was restored says nothing of how fast the rest goes.
func TestJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		defer b.Close()
		b.Watch(newView(1))
		require.Nil(t, get(t, b, 1).Journal, "it has none")

		v := newView(2)
		v.about.Options.Journal = struct{ mapper.Journal }{}
		b.Watch(v)
		opened := event(2, supervisor.JournalOpened, supervisor.NoInput, nil)
		opened.Text = "resize.db: 800 of 1000 inputs are restored"
		b.Observe(opened)
		time.Sleep(500 * time.Millisecond)
		for s := 1; s <= 10; s++ {
			v.set(mapper.Counts{Inputs: 1000, Succeeded: 800 + 10*s, Pending: 3, Journaled: mapper.Journaled{
				Restored: 800, Recorded: 10 * s, Unrecorded: 3, Lag: 7 * time.Millisecond, Damaged: 1, Deaths: 5, Suspected: 2, Convicted: 1,
			}}, supervisor.Snapshot{})
			time.Sleep(time.Second)
		}
		run := get(t, b, 2)
		require.Equal(t, &history.Journal{
			Opened: "resize.db: 800 of 1000 inputs are restored", Restored: 800, Recorded: 100, Unrecorded: 3, Lag: 7 * time.Millisecond,
			Damaged: 1, Deaths: 5, Suspected: 2, Convicted: 1,
		}, run.Journal)
		require.Equal(t, []int{810, 800}, []int{run.Series[0].Succeeded, run.Series[0].Restored})
		require.InDelta(t, 10, run.Rate, 0.6)
		require.InDelta(t, 10, run.ETA.Seconds(), 1)
		close(v.done)
		synctest.Wait()
		run = get(t, b, 2)
		require.InDelta(t, 10, run.Rate, 0.6)
		require.Equal(t, 800, run.Journal.Restored, "also after its end")
	})
}
