package history_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
)

// TestCrashedContainer: the input that it died on is the latest of its attempts, and the note of its end says why
// in the words of the crash.
func TestCrashedContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		f := deploy(t, func(_ context.Context, i int) (int, error) {
			if i == 13 {
				panic("thirteen is 13")
			}
			return i, nil
		}, mapper.Options{Containers: 1, CrashLimit: 1, Observer: b})
		_, err := f.Call(t.Context(), 1)
		require.NoError(t, err)
		_, err = f.Call(t.Context(), 13)
		require.Error(t, err)
		synctest.Wait()
		story, ok := b.Container(only(t, b).ID, 0)
		require.True(t, ok)
		require.Len(t, story.Attempts, 2)
		last := story.Attempts[0]
		require.Equal(t, []any{1, 1, "crashed", 0}, []any{last.Input, last.Attempt, last.Outcome, last.Container})
		require.Empty(t, last.Error.Crash.Stack)
		require.NotEmpty(t, story.LastCrash.Error.Crash.Stack)
		died := slices.IndexFunc(story.States, func(s history.StateAt) bool { return s.State == "crashed" })
		require.Equal(t, "panic: thirteen is 13", story.States[died].Note)
		require.NoError(t, f.Stop(t.Context()))
	})
}
