package guard_test

import (
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/guard"
)

func TestCall(t *testing.T) {
	t.Parallel()
	got, failure := guard.Call("f", func() int { return 7 })
	require.Equal(t, 7, got)
	require.Nil(t, failure)

	errBroken := errors.New("broken")
	_, failure = guard.Call("f", func() int { panic(errBroken) })
	require.Equal(t, errBroken, failure.Panic.Value)
	require.Contains(t, string(failure.Panic.Stack), "guard_test.go")

	_, failure = guard.Call("f", func() int { runtime.Goexit(); return 0 })
	require.Equal(t, &guard.Failure{Goexit: true}, failure)

	_, failure = guard.Call("f", func() int {
		defer func() { _ = recover() }()
		defer panic("while it leaves")
		runtime.Goexit()
		return 0
	})
	require.Equal(t, &guard.Failure{Goexit: true}, failure)
}

// TestCallsThatLinger: nobody waits for longer than Patience, and only a few calls of an owner pile up.
func TestCallsThatLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stuck := func() int { <-release; return 1 }
		began := time.Now()
		for range 4 {
			_, failure := guard.Call("stuck", stuck)
			require.Equal(t, &guard.Failure{Overdue: guard.Patience}, failure)
		}
		require.Equal(t, 4*guard.Patience, time.Since(began))
		for range 1000 {
			_, failure := guard.Call("stuck", stuck)
			require.Equal(t, &guard.Failure{Refused: true}, failure)
		}
		require.Equal(t, 4*guard.Patience, time.Since(began), "refused at once")
		_, failure := guard.Call("another", func() int { return 1 })
		require.Nil(t, failure, "others are not affected")

		close(release)
		synctest.Wait()
		got, failure := guard.Call("stuck", stuck)
		require.Equal(t, 1, got)
		require.Nil(t, failure, "it may be called again")
	})
}

// TestCallThatIsSlow: one that takes its time and no more is heard.
func TestCallThatIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, failure := guard.Call("slow", func() int { time.Sleep(guard.Patience - 1); return 1 })
		require.Equal(t, 1, got)
		require.Nil(t, failure)
		_, failure = guard.Within(time.Hour, "slower", func() int { time.Sleep(2 * time.Hour); return 1 })
		require.Equal(t, time.Hour, failure.Overdue)
		time.Sleep(time.Hour)
	})
}
