package runtimes

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

// Times that are long enough for whoever is in time, also on a machine under load.
const (
	someTime  = 300 * time.Millisecond
	graceTime = 50 * time.Millisecond
)

func testTimeout(t *testing.T, places []Place) {
	contract{
		"in time": func(t *testing.T, p Place) {
			all, run := results(t, p.with(mapper.Options{Timeout: patience}), orders(500))
			right(t, all, 500)
			require.Zero(t, run.Stats().TimedOut)
		},
		"heeded": func(t *testing.T, p Place) {
			dir := t.TempDir()
			r, run := late(t, p, patience, order{Do: "patient", Dir: dir})
			e := timeoutOf(t, r)
			require.Equal(t, someTime, e.Timeout)
			require.Nil(t, e.Crash, "its container lives on")
			require.Equal(t, 2, r.Attempts, "charged to Retries")
			require.Equal(t, mapper.ErrTimeout.Error()+mapper.ErrTimeout.Error(), trace(t, dir, "cause"))
			require.Equal(t, 2, run.Stats().TimedOut)
			require.Zero(t, run.Stats().Pool.Crashes)
			require.Zero(t, run.Stats().Abandoned)
		},
		"the function knows the cause": func(t *testing.T, p Place) {
			dir := t.TempDir()
			late(t, p, patience, order{Do: "patient", Dir: dir})
			require.Equal(t, mapper.ErrTimeout.Error()+mapper.ErrTimeout.Error(), trace(t, dir, "known"), "errors.Is")
		},
		"as after a deadline": func(t *testing.T, p Place) {
			dir := t.TempDir()
			late(t, p, patience, order{Do: "patient child", Dir: dir})
			exceeded := context.DeadlineExceeded.Error()
			require.Equal(t, exceeded+exceeded+exceeded+exceeded, trace(t, dir, "err"), "its own and its child's, twice")
		},
		"heeded with a value": func(t *testing.T, p Place) {
			r, _ := late(t, p, patience, order{Do: "patient to the end"})
			timeoutOf(t, r) // what it returns after that does not count
		},
		"once": func(t *testing.T, p Place) {
			r, run := late(t, p, patience, order{Do: "patient", Dir: t.TempDir(), First: 1})
			require.NoError(t, r.Err)
			require.Equal(t, 2, r.Value.Attempt)
			require.Equal(t, 2, r.Attempts)
			require.Equal(t, 1, run.Stats().TimedOut)
		},
		"all the time of the input": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{TotalTimeout: someTime, Grace: patience, Retries: soon(9)}), order{Do: "patient", Dir: t.TempDir()})
			require.True(t, timeoutOf(t, r).Total)
			require.Equal(t, 1, r.Attempts, "no retry begins after it")
			require.Zero(t, run.Stats().Pool.Crashes)
		},
		"ignored": func(t *testing.T, p Place) {
			dir := t.TempDir()
			defer leave(dir, sign, "") // or it stays for ever, where it cannot be killed
			grace := graceTime
			if p.elsewhere() {
				grace = time.Second // in which what is killed is gone, also from a machine that has much to do
			}
			r, run := late(t, p, grace, order{Do: "deaf", Dir: dir})
			e := timeoutOf(t, r)
			require.Equal(t, 2, r.Attempts)
			if p.Alone {
				require.Equal(t, process.KindTimeout, e.Crash.Kind)
				require.Contains(t, e.Crash.Stack, "awaitSign", "where it was")
			}
			if p.elsewhere() {
				require.NotNil(t, e.Crash)
				require.Zero(t, run.Stats().Abandoned)
			} else {
				require.Nil(t, e.Crash)
				require.Equal(t, 2, run.Stats().Abandoned)
			}
		},
	}.run(t, places)
}

// late is the result of an order that takes too long, twice, among others, which do not.
func late(t *testing.T, p Place, grace time.Duration, o order) (mapper.Result[order, answer], *mapper.Run[order, answer]) {
	t.Helper()
	return one(t, p.with(mapper.Options{Timeout: someTime, Grace: grace, Retries: soon(1)}), o)
}

func timeoutOf(t *testing.T, r mapper.Result[order, answer]) *mapper.TimeoutError {
	t.Helper()
	e, ok := errors.AsType[*mapper.TimeoutError](r.Err)
	require.True(t, ok, "input %d: %v", r.Index, r.Err)
	require.ErrorIs(t, r.Err, mapper.ErrTimeout)
	require.ErrorIs(t, r.Err, context.DeadlineExceeded)
	return e
}

var errEnough = errors.New("runtimes: enough")

func testEnds(t *testing.T, places []Place) {
	contract{
		"the context ends": func(t *testing.T, p Place) {
			dir := t.TempDir()
			ctx, cancel := context.WithCancelCause(bounded(t))
			defer cancel(nil)
			in := orders(100, order{N: 3, Do: "patient", Dir: dir})
			run, err := mapper.Start(ctx, obey, slices.Values(in), p.with(mapper.Options{Containers: 1, ReturnExceptions: true, Retries: never(3)}))
			require.NoError(t, err)
			eventually(t, "it executes", func() bool { return len(begun(t, dir)) == 1 })
			cancel(errEnough)
			all := slices.Collect(run.All())
			right(t, all[:3], 3)
			for i, r := range all {
				require.Equal(t, i, r.Index)
				if i >= 3 {
					require.Equal(t, errEnough, r.Err, "input %d", i)
				}
			}
			require.Equal(t, errEnough, run.Wait())
			require.Equal(t, errEnough.Error(), trace(t, dir, "cause"))
		},
		"the context has ended": func(t *testing.T, p Place) {
			ctx, cancel := context.WithCancelCause(bounded(t))
			cancel(errEnough)
			dir := t.TempDir()
			_, err := mapper.Collect(ctx, obey, []order{{Dir: dir}}, p.with(mapper.Options{}))
			require.ErrorIs(t, err, errEnough)
			require.Empty(t, begun(t, dir))
		},
		"an attempt that ignores it": func(t *testing.T, p Place) {
			dir := t.TempDir()
			defer leave(dir, sign, "")
			ctx, cancel := context.WithCancelCause(bounded(t))
			defer cancel(nil)
			run, err := mapper.Start(ctx, obey, slices.Values([]order{{Do: "deaf", Dir: dir}}), p.with(mapper.Options{Grace: graceTime}))
			require.NoError(t, err)
			eventually(t, "it executes", func() bool { return len(begun(t, dir)) == 1 })
			cancel(errEnough)
			all := slices.Collect(run.All())
			require.Len(t, all, 1)
			require.Equal(t, errEnough, all[0].Err)
			require.Equal(t, errEnough, run.Wait())
		},
		"the reader leaves": func(t *testing.T, p Place) {
			dir := t.TempDir()
			in := orders(1000, order{N: 1, Do: "patient", Dir: dir})
			run, err := mapper.Start(bounded(t), obey, slices.Values(in), p.with(mapper.Options{}))
			require.NoError(t, err)
			eventually(t, "it executes", func() bool { return len(begun(t, dir)) == 1 })
			n := 0
			for r := range run.All() {
				require.NoError(t, r.Err)
				n++
				break
			}
			require.Equal(t, 1, n)
			require.Equal(t, mapper.ErrStopped.Error(), trace(t, dir, "cause"), "the run was joined")
			require.ErrorIs(t, run.Wait(), mapper.ErrStopped)
			require.Zero(t, run.Stats().Pool.Live)
		},
		"Stop keeps a value": func(t *testing.T, p Place) {
			dir := t.TempDir()
			run, err := mapper.Start(bounded(t), obey, slices.Values([]order{{Do: "patient to the end", Dir: dir}}),
				p.with(mapper.Options{ReturnExceptions: true}))
			require.NoError(t, err)
			eventually(t, "it executes", func() bool { return len(begun(t, dir)) == 1 })
			run.Stop()
			all := slices.Collect(run.All())
			right(t, all[:1], 1)
			require.Equal(t, []mapper.Result[order, answer]{{Index: -1, Err: mapper.ErrStopped}}, all[1:], "which no input says")
		},
		"a run as short as a start": func(t *testing.T, p Place) { // a container that starts then is no failure
			for range 20 {
				_, err := mapper.Collect(bounded(t), obey, orders(1), p.with(mapper.Options{Containers: 4}))
				require.NoError(t, err)
			}
		},
	}.run(t, places)
}
