package endpoint_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
)

// picky panics on what is negative.
func picky(_ context.Context, n int) (int, error) {
	time.Sleep(10 * time.Millisecond)
	if n < 0 {
		panic("secret")
	}
	return n, nil
}

// poisoned serves picky in a crash loop that bad inputs have opened, some of which still wait.
func poisoned(t *testing.T) (f *mapper.Function[int, int], s *site, bad *sync.WaitGroup) {
	t.Helper()
	f = deploy(t, mapper.Plain(picky), mapper.Options{Containers: 2})
	s = serve(t, handle(t, f, endpoint.Options{Timeout: 10 * time.Minute}), false)
	require.Equal(t, http.StatusOK, s.post(t, "1").status)
	bad = &sync.WaitGroup{}
	for range 40 {
		bad.Go(func() { // each fails in the end, since something works
			if got := s.post(t, "-1"); got.status != http.StatusInternalServerError {
				t.Errorf("%v", got)
			}
		})
	}
	for !f.Stats().Pool.CrashLooping {
		time.Sleep(10 * time.Millisecond)
	}
	synctest.Wait() // both containers crash at this moment: a crash that comes after a question lets one more in
	require.True(t, f.Stats().Pool.CrashLoopOfInputs)
	require.Positive(t, f.Stats().Waiting)
	return f, s, bad
}

// TestCrashLoopOfInputs: of all who ask one is let in, and tried next. It works, so the loop is over.
func TestCrashLoopOfInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s, bad := poisoned(t)
		pool := f.Stats().Pool
		asked := time.Now()
		var good sync.WaitGroup
		let := make(chan response, 10)
		for range cap(let) {
			good.Go(func() { let <- s.post(t, "1") })
		}
		synctest.Wait()
		require.Len(t, let, 9, "all but one are refused at once")
		for range 9 {
			got := <-let
			require.Equal(t, http.StatusServiceUnavailable, got.status)
			p := got.problem(t)
			require.Equal(t, "a container crashed on an input: panic", p.Cause)
			require.True(t, pool.NextStart.Equal(p.NextStart))
			wait, err := strconv.Atoi(got.header.Get("Retry-After"))
			require.NoError(t, err)
			require.False(t, asked.Add(time.Duration(wait)*time.Second).Before(p.NextStart))
		}
		got := <-let
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Equal(t, pool.NextStart.Add(10*time.Millisecond), time.Now(), "it was the first to be tried")
		synctest.Wait() // the answer may come before the supervisor has heard that an input finished
		require.False(t, f.Stats().Pool.CrashLooping)
		good.Wait()
		bad.Wait()
	})
}

// TestPoisonAtTheDoor: one bad input that is let in keeps out the others until it has crashed, and then another
// one is tried.
func TestPoisonAtTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s, bad := poisoned(t)
		bad.Go(func() { _ = s.post(t, "-2") })
		synctest.Wait()
		crashes := f.Stats().Pool.Crashes
		require.Equal(t, http.StatusServiceUnavailable, s.post(t, "1").status)
		for f.Stats().Pool.Crashes == crashes {
			time.Sleep(10 * time.Millisecond)
		}
		require.True(t, f.Stats().Pool.CrashLooping)
		require.Equal(t, http.StatusOK, s.post(t, "1").status)
		synctest.Wait() // the answer may come before the supervisor has heard that an input finished
		require.False(t, f.Stats().Pool.CrashLooping)
		bad.Wait()
	})
}

// TestLeavesTheDoor: a client that gives up makes room for another.
func TestLeavesTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, bad := poisoned(t)
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader("1"))
			if err == nil {
				_, err = s.client.Do(req)
			}
			gone <- err
		}()
		synctest.Wait()
		require.Equal(t, http.StatusServiceUnavailable, s.post(t, "2").status)
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		synctest.Wait()
		require.Equal(t, http.StatusOK, s.post(t, "2").status)
		bad.Wait()
	})
}
