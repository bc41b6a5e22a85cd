package journal_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// askedRun is a run over an iterator, whose keys are asked for by its containers.
func askedRun(t *testing.T, ctx context.Context, key func(in any) string) *mapper.Run[int, int] {
	t.Helper()
	j, err := journal.Open(filepath.Join(t.TempDir(), "run"), journal.Options{Key: key})
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	run, err := mapper.Start(ctx, func(_ context.Context, i int) (int, error) { return i, nil }, func(yield func(int) bool) {
		for i := range 10 {
			if !yield(i) {
				return
			}
		}
	}, mapper.Options{
		Containers: 2, Journal: j, Grace: 100 * time.Millisecond, ReturnExceptions: true, Crashes: policy.Ephemeral{},
	})
	require.NoError(t, err)
	return run
}

// TestKeyNeverReturns: a run whose key never returns ends with its context.
func TestKeyNeverReturns(t *testing.T) {
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	forever := make(chan struct{})
	asked := make(chan struct{}, 100)
	run := askedRun(t, ctx, func(any) string {
		asked <- struct{}{}
		<-forever
		return ""
	})
	go func() {
		<-asked
		cancel(gone)
	}()
	for r := range run.All() {
		require.ErrorIs(t, r.Err, gone)
	}
	require.ErrorIs(t, run.Wait(), gone)
	close(forever)
}

// TestKeyEndsItsGoroutine: that is a crash, and such a run is cut off.
func TestKeyEndsItsGoroutine(t *testing.T) {
	run := askedRun(t, t.Context(), func(any) string {
		runtime.Goexit()
		return ""
	})
	for range run.All() {
		continue
	}
	_, ok := errors.AsType[*supervisor.CutoffError](run.Wait())
	require.True(t, ok, "%v", run.Wait())
}
