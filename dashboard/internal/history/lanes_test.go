package history_test

import (
	"context"
	"errors"
	"slices"
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

// TestManyLanes: of more slots than a page has room for, those are shown in which something has crashed.
func TestManyLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		_, _ = mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
			if err := during(ctx, time.Second); err != nil || i >= 80 {
				panic("over 80")
			}
			return i, nil
		}, ints(100), mapper.Options{Containers: 100, CrashLimit: 1, ReturnExceptions: true, Observer: b})
		lanes, ok := b.Lanes(only(t, b).ID, time.Now())
		require.True(t, ok)
		require.Len(t, lanes, history.MaxLanes)
		require.IsIncreasing(t, func() (slots []int) {
			for _, lane := range lanes {
				slots = append(slots, lane.Slot)
			}
			return slots
		}())
		require.Len(t, slices.DeleteFunc(lanes, func(lane history.Lane) bool { return lane.Crashes == 0 }), 20)
	})
}
