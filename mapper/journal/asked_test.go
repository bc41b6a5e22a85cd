package journal_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
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

// stuck is a value whose methods never return, or not to their caller, from the second on.
type stuck struct{ N int }

var stuckBy atomic.Pointer[func(n int)] // one that has not returned may still read it

func (s stuck) MarshalJSON() ([]byte, error) {
	(*stuckBy.Load())(s.N)
	return []byte(strconv.Itoa(s.N)), nil
}

func (s *stuck) UnmarshalJSON(data []byte) (err error) {
	s.N, err = strconv.Atoi(string(data))
	return err
}

// TestValueThatCannotBeWritten: a value whose methods block, panic or end their goroutine fails its input, and no other.
func TestValueThatCannotBeWritten(t *testing.T) {
	forever := make(chan struct{})
	defer close(forever)
	for name, by := range map[string]func(){
		"never returns":      func() { <-forever },
		"panics":             func() { panic("boom") },
		"ends its goroutine": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			does := func(n int) {
				if n == 3 {
					by()
				}
			}
			stuckBy.Store(&does)
			j, err := journal.Open(filepath.Join(t.TempDir(), "run"), journal.Options{})
			require.NoError(t, err)
			defer func() { require.NoError(t, j.Close()) }()
			n := 0
			for r := range mapper.Map(t.Context(), func(_ context.Context, i int) (stuck, error) { return stuck{i}, nil }, []int{1, 2, 3, 4, 5},
				mapper.Options{Containers: 1, Journal: j, ReturnExceptions: true}) {
				n++
				_, bad := errors.AsType[*journal.EncodingError](r.Err)
				require.Equal(t, r.Input == 3, bad, "%+v", r)
			}
			require.Equal(t, 5, n)
		})
	}
}
