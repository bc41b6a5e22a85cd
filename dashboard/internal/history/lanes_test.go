package history_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
)

// TestLanes: a row a slot, in which each attempt is a block, and a crash is one too.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		f := deploy(t, func(ctx context.Context, i int) (int, error) {
			if err := during(ctx, 10*time.Second); err != nil {
				return 0, err
			}
			switch i {
			case 2:
				return 0, errors.New("no")
			case 3:
				panic("three")
			}
			return i, nil
		}, mapper.Options{Containers: 1, CrashLimit: 1, Observer: b})
		began := time.Now()
		for i := range 4 {
			_, _ = f.Call(t.Context(), i)
		}
		_, err := f.Spawn(t.Context(), 9)
		require.NoError(t, err)
		time.Sleep(5 * time.Second)
		lanes, ok := b.Lanes(only(t, b).ID, time.Now())
		require.True(t, ok)
		require.Len(t, lanes, 1)
		at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
		require.Equal(t, history.Lane{Slot: 0, Container: 1, Attempts: 3, Failed: 1, Crashes: 1, Blocks: []history.Block{
			{From: at(0), To: at(20), Outcome: "succeeded"}, // two that look like one
			{From: at(20), To: at(30), Outcome: "failed"},
			{From: at(40), To: at(40), Outcome: "crashed"},
			{From: at(40), To: at(45), Outcome: "running"},
		}}, lanes[0])
		lanes, _ = b.Lanes(only(t, b).ID, at(15))
		require.Equal(t, []history.Block{{From: at(0), To: at(10), Outcome: "succeeded"}}, lanes[0].Blocks, "as it was")
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		_, ok = b.Lanes(0, time.Now())
		require.False(t, ok)
	})
}
