package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
	"github.com/longshore-go/longshore/supervisor"
)

func nap(ctx context.Context, seconds int) (int, error) {
	select {
	case <-time.After(time.Duration(seconds) * time.Second):
		return seconds, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(nap), mapper.Options{Containers: 1, Timeout: 20 * time.Second})
		s := serve(t, handle(t, f, endpoint.Options{}), false)
		require.Equal(t, http.StatusOK, s.post(t, "19").status)
		got := s.post(t, "21")
		require.Equal(t, http.StatusGatewayTimeout, got.status)
		require.Equal(t, problem{Error: "the function took too long"}, got.problem(t))

		// The third waits for 19 s and may be executed for the 11 s that are left.
		first := make(chan response)
		go func() { first <- s.post(t, "19") }()
		synctest.Wait()
		began := time.Now()
		got = s.post(t, "15")
		require.Equal(t, http.StatusGatewayTimeout, got.status)
		require.Equal(t, problem{Error: "the request took too long"}, got.problem(t))
		require.Equal(t, 30*time.Second, time.Since(began))
		require.Equal(t, http.StatusOK, (<-first).status)
		synctest.Wait()
		require.Zero(t, f.Stats().Calls)
	})
}

// The attempt is told why it is to end.
func TestTimeoutIsTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		causes := make(chan error, 1)
		f := deploy(t, mapper.Plain(func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			causes <- context.Cause(ctx)
			return 0, ctx.Err()
		}), mapper.Options{})
		s := serve(t, handle(t, f, endpoint.Options{Timeout: time.Minute}), false)
		require.Equal(t, http.StatusGatewayTimeout, s.post(t, "1").status)
		require.ErrorIs(t, <-causes, endpoint.ErrTimeout)
	})
}

// A deadline that the caller's middleware has set is the client's no more than ours.
func TestDeadlineOfMiddleware(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := handle(t, deploy(t, mapper.Plain(nap), mapper.Options{}), endpoint.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader("5")))
		require.Equal(t, http.StatusGatewayTimeout, w.Code)
	})
}

var errModel = errors.New("no model")

// faulty is a function whose containers cannot start, and crash, while broken is true.
func faulty(broken *atomic.Bool) mapper.Body[int, int] {
	return mapper.WithState(func(context.Context) (int, error) {
		if broken.Load() {
			return 0, errModel
		}
		return 1, nil
	}, func(_ context.Context, _, n int) (int, error) {
		time.Sleep(10 * time.Millisecond)
		if broken.Load() {
			panic("secret")
		}
		return n, nil
	}, nil)
}

// until asks every 100 ms until the answer has the status.
func (s *site) until(t *testing.T, status int) response {
	t.Helper()
	for range 10 * 60 * 10 {
		if got := s.post(t, "1"); got.status == status {
			return got
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("no %d in ten minutes", status)
	return response{}
}

func TestCrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		f := deploy(t, faulty(&broken), mapper.Options{Containers: 2})
		s := serve(t, handle(t, f, endpoint.Options{Timeout: time.Minute}), false)
		hiding := serve(t, handle(t, f, endpoint.Options{HideErrors: true}), false)
		require.Equal(t, http.StatusOK, s.post(t, "1").status)

		broken.Store(true)
		// This one waits for a container while the crash loop begins, and in vain.
		waited := make(chan response)
		go func() { waited <- s.post(t, "2") }()
		for !f.Stats().Pool.CrashLooping {
			time.Sleep(100 * time.Millisecond)
		}
		asked := time.Now()
		got := s.post(t, "1")
		require.Equal(t, asked, time.Now(), "refused at once")
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		p := got.problem(t)
		require.Equal(t, "the function is crash-looping", p.Error)
		require.Equal(t, "a container crashed at start-up: no model", p.Cause)
		require.False(t, p.Since.After(asked))
		require.True(t, p.NextStart.After(asked))
		require.NotContains(t, got.body, "secret")
		wait, err := strconv.Atoi(got.header.Get("Retry-After"))
		require.NoError(t, err)
		require.False(t, time.Now().Add(time.Duration(wait)*time.Second).Before(p.NextStart))
		require.Equal(t, "a container crashed at start-up: error", hiding.post(t, "1").problem(t).Cause)
		require.Equal(t, 1, f.Stats().Calls, "those that are refused are not queued")

		got = <-waited
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.Equal(t, "a container crashed at start-up: no model", got.problem(t).Cause)

		broken.Store(false)
		s.until(t, http.StatusOK)
		for f.Stats().Pool.CrashLooping {
			s.until(t, http.StatusOK)
		}
	})
}

// What a container was doing is told, and how it ended, but not what it panicked with.
func TestCausesOfACrashLoop(t *testing.T) {
	for want, end := range map[string]func(){
		"a container crashed on an input: panic":          func() { panic("secret") },
		"a container crashed on an input: runtime.Goexit": runtime.Goexit,
	} {
		synctest.Test(t, func(t *testing.T) {
			f := deploy(t, mapper.Plain(func(context.Context, int) (int, error) { end(); return 0, nil }),
				mapper.Options{Containers: 1})
			got := serve(t, handle(t, f, endpoint.Options{}), false).until(t, http.StatusServiceUnavailable)
			require.Equal(t, want, got.problem(t).Cause)
			require.NotContains(t, got.body, "secret")
		})
	}
}

// A container that cannot start because of another function's crash does not pass on what
// that one panicked with.
func TestCauseWithACrashInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.WithState(func(context.Context) (int, error) {
			return 0, fmt.Errorf("warming up: %w", &supervisor.CrashError{Panic: "secret"})
		}, func(context.Context, int, int) (int, error) { return 0, nil }, nil), mapper.Options{})
		got := serve(t, handle(t, f, endpoint.Options{}), false).until(t, http.StatusServiceUnavailable)
		require.Equal(t, "a container crashed at start-up: error", got.problem(t).Cause)
	})
}

// A function that is scaled to nothing in the middle of a crash loop is not refused for ever:
// somebody has to find out that the fault has gone.
func TestCrashLoopWithoutContainers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		broken.Store(true)
		f := deploy(t, faulty(&broken), mapper.Options{Containers: 4, Scale: mapper.Scale{Window: time.Second}})
		s := serve(t, handle(t, f, endpoint.Options{}), false)
		s.until(t, http.StatusServiceUnavailable)
		broken.Store(false)
		time.Sleep(time.Hour)
		require.Zero(t, f.Stats().Pool.Live)
		require.Equal(t, http.StatusOK, s.post(t, "1").status)
	})
}

// What works goes on working: half of the containers crash-loop, the others serve.
func TestHealthyContainersServeInACrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var entered atomic.Int32
		var broken atomic.Bool
		body := mapper.WithState(func(context.Context) (int32, error) {
			if broken.Load() {
				return 0, errModel
			}
			return entered.Add(1), nil
		}, func(_ context.Context, id int32, n int) (int, error) {
			time.Sleep(10 * time.Millisecond)
			if broken.Load() && id > 1 {
				panic("secret")
			}
			return int(id), nil
		}, nil)
		f := deploy(t, body, mapper.Options{Containers: 4, Scale: mapper.Scale{Min: 4}})
		s := serve(t, handle(t, f, endpoint.Options{}), false)
		time.Sleep(time.Minute)
		broken.Store(true)
		var wg sync.WaitGroup
		for range 4 { // one for each container; those that crash are run again in the first
			wg.Go(func() {
				if got := s.post(t, "1"); got.status != http.StatusOK {
					t.Errorf("%v", got)
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Minute)
		require.True(t, f.Stats().Pool.CrashLooping)
		for range 100 {
			got := s.post(t, "1")
			require.Equal(t, http.StatusOK, got.status)
			require.Equal(t, "1\n", got.body)
		}
		require.True(t, f.Stats().Pool.CrashLooping)
	})
}
