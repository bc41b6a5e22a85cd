package runtimes

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

var _ = process.Register(oblige)

// oblige is a later release of obey: its squares are negative.
func oblige(ctx context.Context, o order) (answer, error) {
	a, err := obey(ctx, o)
	a.Square = -a.Square
	return a, err
}

// deploy deploys a body and sees to its end.
func deploy[In, Out any](t *testing.T, body mapper.Body[In, Out], opts mapper.Options) *mapper.Function[In, Out] {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	f, err := mapper.Deploy(ctx, body, opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		cancel()
		<-f.Done()
	})
	return f
}

func testDeploy(t *testing.T, places []Place) {
	plain := mapper.Plain(obey)
	contract{
		"Call": func(t *testing.T, p Place) {
			f := deploy(t, plain, p.with(mapper.Options{Containers: 1}))
			for i := range 50 {
				v, err := f.Call(bounded(t), order{N: i})
				require.NoError(t, err)
				require.Equal(t, i*i, v.Square)
			}
			_, err := f.Call(bounded(t), order{Do: "fail: typed", N: 3})
			require.ErrorAs(t, err, new(*refusal))
			_, err = f.Call(bounded(t), order{Do: "panic"})
			require.ErrorAs(t, err, new(*supervisor.CrashError))
			v, err := f.Call(bounded(t), order{N: 5})
			require.NoError(t, err)
			require.Equal(t, 25, v.Square)
		},
		"Call whose context ends": func(t *testing.T, p Place) {
			dir := t.TempDir()
			f := deploy(t, plain, p.with(mapper.Options{Containers: 1}))
			ctx, cancel := context.WithCancelCause(bounded(t))
			defer cancel(nil)
			go func() {
				for len(begun(t, dir)) == 0 && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				cancel(errEnough)
			}()
			_, err := f.Call(ctx, order{Do: "patient", Dir: dir})
			require.Equal(t, errEnough, err)
			v, err := f.Call(bounded(t), order{N: 2}) // the container lives on
			require.NoError(t, err)
			require.Equal(t, 4, v.Square)
			require.Equal(t, 1, f.Stats().Pool.Starts)
			require.Equal(t, errEnough.Error(), trace(t, dir, "cause"))
		},
		"Spawn": func(t *testing.T, p Place) {
			dir := t.TempDir()
			f := deploy(t, plain, p.with(mapper.Options{}))
			held, err := f.Spawn(bounded(t), order{N: 9, Do: "wait", Dir: dir})
			require.NoError(t, err)
			calls, err := f.SpawnAll(bounded(t), orders(20))
			require.NoError(t, err)
			values, err := mapper.Gather(bounded(t), calls...)
			require.NoError(t, err)
			for i, v := range values {
				require.Equal(t, i*i, v.Square)
			}
			_, err = held.Poll()
			require.Equal(t, mapper.ErrPending, err)
			leave(dir, sign, "")
			v, err := held.Get(bounded(t))
			require.NoError(t, err)
			require.Equal(t, 81, v.Square)
		},
		"Cancel": func(t *testing.T, p Place) {
			dir := t.TempDir()
			f := deploy(t, plain, p.with(mapper.Options{Containers: 1}))
			call := spawned(t, f, order{Do: "patient", Dir: dir})
			call.Cancel()
			_, err := call.Get(bounded(t))
			require.Equal(t, mapper.ErrCancelled, err)
			_, err = f.Call(bounded(t), order{})
			require.NoError(t, err)
			require.Equal(t, 1, f.Stats().Pool.Starts, "its container lives on")
			require.Equal(t, mapper.ErrCancelled.Error(), trace(t, dir, "cause"))
		},
		"Cancel ignored": func(t *testing.T, p Place) {
			dir := t.TempDir()
			defer leave(dir, sign, "")
			f := deploy(t, plain, p.with(mapper.Options{Containers: 1, Grace: graceTime}))
			call := spawned(t, f, order{Do: "deaf", Dir: dir})
			call.Cancel()
			_, err := call.Get(bounded(t))
			require.Equal(t, mapper.ErrCancelled, err)
			v, err := f.Call(bounded(t), order{N: 3})
			require.NoError(t, err)
			require.Equal(t, 9, v.Square)
			require.Equal(t, 2, f.Stats().Pool.Starts, "its container was replaced")
			require.Zero(t, f.Stats().Pool.Crashes)
			require.Equal(t, map[int][]int{0: {1}}, begun(t, dir))
		},
		"runs": func(t *testing.T, p Place) {
			f := deploy(t, plain, p.with(mapper.Options{}))
			values, err := f.Collect(bounded(t), orders(200), mapper.RunOptions{})
			require.NoError(t, err)
			require.Equal(t, 199*199, values[199].Square)
			right(t, gather(f.Map(bounded(t), orders(200, order{N: 100, Do: "panic"}), mapper.RunOptions{ReturnExceptions: true})), 200, 100)
			right(t, gather(f.MapSeq(bounded(t), slices.Values(orders(200)), mapper.RunOptions{})), 200)
		},
		"Redeploy": func(t *testing.T, p Place) {
			dir := t.TempDir()
			f := deploy(t, plain, p.with(mapper.Options{}))
			held := spawned(t, f, order{N: 5, Do: "wait", Dir: dir})
			run, err := f.Start(bounded(t), slices.Values(orders(2000)), mapper.RunOptions{})
			require.NoError(t, err)
			done := make(chan error)
			go func() { done <- f.Redeploy(bounded(t), mapper.Plain(oblige)) }()
			leave(dir, sign, "")
			n := 0
			for r := range run.All() {
				require.NoError(t, r.Err)
				require.Equal(t, n, r.Index)
				require.Equal(t, n*n, max(r.Value.Square, -r.Value.Square))
				n++
			}
			require.Equal(t, 2000, n)
			require.NoError(t, <-done)
			v, err := held.Get(bounded(t))
			require.NoError(t, err)
			require.Equal(t, 25, max(v.Square, -v.Square))
			v, err = f.Call(bounded(t), order{N: 5})
			require.NoError(t, err)
			require.Equal(t, -25, v.Square)
			require.Zero(t, f.Stats().Pool.Crashes)
		},
		"Drain": func(t *testing.T, p Place) {
			dir := t.TempDir()
			f := deploy(t, plain, p.with(mapper.Options{Containers: 1}))
			call := spawned(t, f, order{N: 4, Do: "wait", Dir: dir})
			require.True(t, f.Drain(busy(t, f)))
			leave(dir, sign, "")
			v, err := call.Get(bounded(t))
			require.NoError(t, err)
			w, err := f.Call(bounded(t), order{N: 4})
			require.NoError(t, err)
			require.NotEqual(t, v.Container, w.Container)
			require.False(t, f.Drain(v.Container))
			require.Equal(t, map[int][]int{0: {1}}, begun(t, dir))
		},
		"Preempt": func(t *testing.T, p Place) {
			dir := t.TempDir()
			f := deploy(t, plain, p.with(mapper.Options{Containers: 1}))
			call := spawned(t, f, order{N: 4, Do: "patient", First: 1, Dir: dir})
			require.True(t, f.Preempt(busy(t, f)))
			eventually(t, "it is executed again", func() bool { return len(begun(t, dir)[0]) > 1 })
			require.Equal(t, mapper.ErrInterrupted.Error(), trace(t, dir, "cause"))
			v, err := call.Get(bounded(t))
			require.NoError(t, err)
			require.Equal(t, 16, v.Square)
			require.Zero(t, f.Stats().Pool.Crashes)
		},
		"Preempt ignored": func(t *testing.T, p Place) {
			dir := t.TempDir()
			f := deploy(t, plain, p.with(mapper.Options{Containers: 1, Grace: graceTime}))
			call := spawned(t, f, order{N: 4, Do: "deaf", Dir: dir})
			require.True(t, f.Preempt(busy(t, f)))
			eventually(t, "it is executed again", func() bool { return len(begun(t, dir)[0]) > 1 })
			leave(dir, sign, "")
			v, err := call.Get(bounded(t))
			require.NoError(t, err)
			require.Equal(t, 16, v.Square)
			require.Zero(t, f.Stats().Pool.Crashes)
		},
		"Stop": func(t *testing.T, p Place) {
			dir := t.TempDir()
			body, p := p.stateful(t, "")
			f := deploy(t, body, p.with(mapper.Options{}))
			call := spawned(t, f, order{Do: "wait", Dir: dir})
			stopped := make(chan error)
			go func() { stopped <- f.Stop(bounded(t)) }()
			eventually(t, "it takes no more", func() bool {
				_, err := f.Spawn(t.Context(), order{Dir: dir})
				return err == mapper.ErrStopped
			})
			leave(dir, sign, "")
			_, err := call.Get(bounded(t))
			require.NoError(t, err)
			require.NoError(t, <-stopped)
			<-f.Done()
			require.NotEmpty(t, trace(t, dir, "exits"))
		},
		"Stop in a hurry": func(t *testing.T, p Place) {
			dir := t.TempDir()
			defer leave(dir, sign, "")
			f := deploy(t, plain, p.with(mapper.Options{Grace: graceTime}))
			call := spawned(t, f, order{Do: "deaf", Dir: dir})
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(errEnough)
			require.Equal(t, errEnough, f.Stop(ctx))
			_, err := call.Poll()
			require.Equal(t, mapper.ErrStopped, err)
			require.Zero(t, f.Stats().Pool.Live)
		},
		"an exit that fails": func(t *testing.T, p Place) {
			body, p := p.stateful(t, "fail at exit")
			f := deploy(t, body, p.with(mapper.Options{}))
			_, err := f.Call(bounded(t), order{})
			require.NoError(t, err)
			err = f.Stop(bounded(t))
			require.ErrorAs(t, err, new(*mapper.ExitError))
			require.ErrorIs(t, err, errOwn)
		},
		"an exit that takes too long": func(t *testing.T, p Place) {
			dir := t.TempDir()
			body, p := p.stateful(t, "hang at exit")
			f := deploy(t, body, p.with(mapper.Options{Containers: 1, ExitGrace: graceTime}))
			_, err := f.Call(bounded(t), order{Dir: dir})
			require.NoError(t, err)
			err = f.Stop(bounded(t))
			require.ErrorAs(t, err, new(*mapper.ExitError))
			require.ErrorIs(t, err, mapper.ErrExitTimeout)
			if !p.Alone { // else its process is killed
				eventually(t, "it is told so", func() bool { return trace(t, dir, "exits") != "" })
				require.Equal(t, mapper.ErrExitTimeout.Error()+"\n", trace(t, dir, "exits"))
			}
		},
	}.run(t, places)
}

// spawned is a call that executes.
func spawned[Out any](t *testing.T, f *mapper.Function[order, Out], o order) *mapper.Call[Out] {
	t.Helper()
	call, err := f.Spawn(bounded(t), o)
	require.NoError(t, err)
	eventually(t, "it executes", func() bool { return strings.Contains(trace(t, o.Dir, journal), "\n") })
	return call
}

// busy is the one container of a function.
func busy[Out any](t *testing.T, f *mapper.Function[order, Out]) int {
	t.Helper()
	for _, c := range f.Stats().Pool.Containers {
		if c.ID >= 0 {
			return c.ID
		}
	}
	require.Fail(t, "no container")
	return -1
}
