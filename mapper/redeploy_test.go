package mapper_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// release is a body whose values say which one it is. Its start takes a second.
func release(v int) mapper.Body[int, int] {
	return mapper.WithState(
		func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return v, nil
		},
		func(_ context.Context, v, _ int) (int, error) {
			time.Sleep(100 * time.Millisecond)
			return v, nil
		}, nil)
}

// broken is a release that cannot start.
func broken() mapper.Body[int, int] {
	return mapper.WithState(
		func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return 0, errDown
		},
		func(_ context.Context, v, _ int) (int, error) { return v, nil }, nil)
}

// traffic is calls and a run that go on while a function is redeployed.
type traffic struct {
	t      *testing.T
	f      *mapper.Function[int, int]
	all    sync.WaitGroup
	end    atomic.Bool
	served atomic.Int64 // calls

	mu       sync.Mutex
	problems []string
}

const runLength = 2000

func newTraffic(t *testing.T, f *mapper.Function[int, int]) *traffic {
	tr := &traffic{t: t, f: f}
	for range 16 {
		tr.all.Go(tr.call)
	}
	tr.all.Go(tr.run)
	return tr
}

func (tr *traffic) problem(args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.problems = append(tr.problems, fmt.Sprintln(args...))
}

func (tr *traffic) call() {
	for !tr.end.Load() {
		if _, err := tr.f.Call(context.Background(), 0); err != nil {
			tr.problem("call:", err)
			return
		}
		tr.served.Add(1)
	}
}

func (tr *traffic) run() {
	next := 0
	for r := range tr.f.Map(context.Background(), make([]int, runLength), mapper.RunOptions{ReturnExceptions: true}) {
		if r.Index != next || r.Err != nil {
			tr.problem("run:", next, r)
		}
		next++
	}
	if next != runLength {
		tr.problem("run:", next, "results")
	}
}

// serves requires that calls are served by one release.
func (tr *traffic) serves(v int) {
	tr.t.Helper()
	for range 20 {
		got, err := tr.f.Call(tr.t.Context(), 0)
		require.NoError(tr.t, err)
		require.Equal(tr.t, v, got)
	}
}

// stop ends the traffic and the function, and says whether anything went wrong.
func (tr *traffic) stop() {
	tr.t.Helper()
	tr.end.Store(true)
	tr.all.Wait()
	require.NoError(tr.t, tr.f.Stop(tr.t.Context()))
	require.Empty(tr.t, tr.problems)
}

func TestRedeployUnderLoad(t *testing.T) {
	for _, scale := range []mapper.Scale{{Max: 1}, {Min: 1, Max: 1}, {Max: 8}, {Min: 1, Max: 8}, {Min: 8, Max: 8}} {
		t.Run(fmt.Sprintf("%d to %d", scale.Min, scale.Max), func(t *testing.T) {
			for name, scenario := range map[string]func(*testing.T, *traffic){
				"once": redeployOnce, "twice": redeployTwice, "broken": redeployBroken,
			} {
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						tr := newTraffic(t, deploy(t, release(1), mapper.Options{Scale: scale}))
						time.Sleep(5 * time.Second)
						scenario(t, tr)
						tr.stop()
					})
				})
			}
		})
	}
}

func redeployOnce(t *testing.T, tr *traffic) {
	tr.serves(1)
	require.NoError(t, tr.f.Redeploy(t.Context(), release(2)))
	tr.serves(2)
	require.Equal(t, 1, tr.f.Stats().Release)
}

// Both of two redeploys end, and the later one has it.
func redeployTwice(t *testing.T, tr *traffic) {
	first := make(chan error)
	go func() { first <- tr.f.Redeploy(t.Context(), release(2)) }()
	time.Sleep(1500 * time.Millisecond)
	require.NoError(t, tr.f.Redeploy(t.Context(), release(3)))
	require.NoError(t, <-first)
	tr.serves(3)
}

// The old containers serve on while the new body cannot start, and go on to do so after the
// Redeploy was given up.
func redeployBroken(t *testing.T, tr *traffic) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.ErrorIs(t, tr.f.Redeploy(ctx, broken()), context.DeadlineExceeded)
	tr.serves(1)
	before := tr.served.Load()
	time.Sleep(time.Minute)
	require.Greater(t, tr.served.Load(), before)
	tr.serves(1)
	require.NoError(t, tr.f.Redeploy(t.Context(), release(3)))
	tr.serves(3)
	require.Equal(t, 2, tr.f.Stats().Release)
	time.Sleep(time.Minute)
	require.False(t, tr.f.Stats().Pool.CrashLooping)
}

// A redeploy heals a crash loop at once: nobody waits for the end of a backoff.
func TestRedeployHealsACrashLoop(t *testing.T) {
	for _, most := range []int{1, 8} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := newTraffic(t, deploy(t, broken(), mapper.Options{Containers: most}))
				time.Sleep(10 * time.Minute)
				require.True(t, tr.f.Stats().Pool.CrashLooping)
				require.Zero(t, tr.served.Load())
				require.NoError(t, tr.f.Redeploy(t.Context(), release(1)))
				time.Sleep(3 * time.Second) // a container that had begun before may fail yet
				require.Positive(t, tr.served.Load())
				tr.serves(1)
				require.False(t, tr.f.Stats().Pool.CrashLooping)
				tr.stop()
			})
		})
	}
}

// When Redeploy returns, no container has the old body, also where containers look for
// work and the scaler for containers all the time.
func TestRedeployWaits(t *testing.T) {
	t.Parallel()
	version := func(v int) mapper.Body[int, int] {
		return mapper.Plain(func(context.Context, int) (int, error) { return v, nil })
	}
	f := deploy(t, version(0), mapper.Options{Containers: 8, Scale: mapper.Scale{Min: 8}})
	var end atomic.Bool
	var busy sync.WaitGroup
	busy.Go(func() {
		for !end.Load() {
			_ = f.SetScale(f.Scale())
		}
	})
	old := 0
	for v := 1; v <= 120; v++ {
		require.NoError(t, f.Redeploy(t.Context(), version(v)))
		got, err := f.Call(t.Context(), 0)
		require.NoError(t, err)
		if got != v {
			old++
		}
	}
	end.Store(true)
	busy.Wait()
	require.NoError(t, f.Stop(t.Context()))
	require.Zero(t, old, "calls executed by an old body after Redeploy had returned")
}
