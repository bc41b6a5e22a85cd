package mapper_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// guide is a Watcher made of functions.
type guide struct {
	watch   func(mapper.View)
	observe func(supervisor.Event)
}

func (g *guide) Watch(v mapper.View) { g.watch(v) }

func (g *guide) Observe(ev supervisor.Event) {
	if g.observe != nil {
		g.observe(ev)
	}
}

// asked has the counts of every run asked for all the time, and check each against the one before. The function it
// returns ends that.
func asked(g *guide, check func(before, now mapper.Counts)) (end func()) {
	var all sync.WaitGroup
	over := make(chan struct{})
	g.watch = func(v mapper.View) {
		all.Go(func() {
			var before mapper.Counts
			for {
				now := v.Counts()
				check(before, now)
				before = now
				select {
				case <-over:
					return
				default:
					runtime.Gosched()
				}
			}
		})
	}
	return func() {
		close(over)
		all.Wait()
	}
}

// TestCountsNeverFall: what is settled stays settled, and a run in which all succeeds at no time shows anything else.
func TestCountsNeverFall(t *testing.T) {
	t.Parallel()
	for range 100 {
		var g guide
		fell, other := 0, 0
		end := asked(&g, func(before, now mapper.Counts) {
			if now.Succeeded < before.Succeeded {
				fell++
			}
			if now.Failed+now.Cancelled > 0 {
				other++
			}
		})
		_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
			x := 0
			for k := range 200 {
				x += k * i
			}
			return x, nil
		}, ints(5000), mapper.Options{Containers: 2, Observer: &g})
		end()
		require.NoError(t, err)
		require.Equal(t, []int{0, 0}, []int{fell, other})
	}
}

// TestCountsOfACancelledRun: nor do failures fall as the run ends, and what it leaves unfinished is none.
func TestCountsOfACancelledRun(t *testing.T) {
	t.Parallel()
	for range 100 {
		var g guide
		fell := 0
		end := asked(&g, func(before, now mapper.Counts) {
			if now.Failed < before.Failed || now.Cancelled < before.Cancelled {
				fell++
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		for range mapper.Map(ctx, func(_ context.Context, i int) (int, error) {
			if i == 500 {
				cancel()
			}
			return 0, errCrash
		}, ints(900), mapper.Options{Containers: 2, ReturnExceptions: true, Observer: &g}) {
		}
		end()
		cancel()
		require.Zero(t, fell)
	}
}

// TestWithdrawnAndReturned: a call that its caller has withdrawn is that, whatever its function returns.
func TestWithdrawnAndReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		f := deploy(t, mapper.Plain(func(ctx context.Context, i int) (int, error) {
			<-ctx.Done()
			return i, nil
		}), mapper.Options{Containers: 1, Observer: &l})
		c, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		time.Sleep(time.Second)
		c.Cancel()
		_, err = c.Get(t.Context())
		require.ErrorIs(t, err, mapper.ErrCancelled)
		synctest.Wait()
		counts := l.views[0].Counts()
		require.Equal(t, []int{0, 0, 1}, []int{counts.Succeeded, counts.Failed, counts.Cancelled})
		require.Len(t, l.of(supervisor.InputCancelled), 1)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestStopFromAnObserver: who observes may stop what it observes, and is told of the end.
func TestStopFromAnObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var view mapper.View
		stopped, told := time.Hour, false
		g := &guide{watch: func(v mapper.View) { view = v }}
		g.observe = func(ev supervisor.Event) {
			switch ev.Kind {
			case supervisor.InputFailed:
				began := time.Now()
				_ = view.Stop(context.Background())
				stopped = time.Since(began)
			case supervisor.FunctionStopped:
				told = true
			}
		}
		f := deploy(t, mapper.Plain(func(context.Context, int) (int, error) { return 0, errCrash }),
			mapper.Options{Containers: 1, Observer: g, Grace: time.Minute})
		_, err := f.Call(t.Context(), 1)
		require.ErrorIs(t, err, errCrash)
		<-f.Done()
		synctest.Wait()
		require.Zero(t, stopped)
		require.True(t, told)
		require.Zero(t, f.Stats().Dropped)
	})
}

// TestViewOfARefusedRun: a run that its function does not take any more has ended, and says why.
func TestViewOfARefusedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f *mapper.Function[int, int]
		var run mapper.View
		g := &guide{watch: func(v mapper.View) {
			if !v.About().Function {
				run = v
				ctx, cancel := context.WithCancel(context.Background())
				cancel()
				_ = f.Stop(ctx)
			}
		}}
		f = deploy(t, mapper.Plain(squared), mapper.Options{Containers: 1, Observer: g})
		_, err := f.Collect(t.Context(), ints(5), mapper.RunOptions{})
		require.ErrorIs(t, err, mapper.ErrStopped)
		<-run.Done()
		require.ErrorIs(t, run.Err(), mapper.ErrStopped)
		require.Equal(t, 5, run.Counts().Cancelled)
		_, ok := run.Value(0)
		require.False(t, ok, "the slice is its owner's again")
	})
}

// spoilsport panics when it is asked what it wants.
type spoilsport struct{}

func (spoilsport) Wants(supervisor.Kind) bool { panic(errCrash) }

func (spoilsport) Observe(supervisor.Event) {}

// TestObserverThatPanicsEarly: nor does it harm the work.
func TestObserverThatPanicsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, err := mapper.Collect(t.Context(), squared, ints(3), mapper.Options{Observer: spoilsport{}})
		require.NoError(t, err)
		require.Len(t, out, 3)
	})
}
