package runtimes

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

func testCrashes(t *testing.T, places []Place) {
	contract{
		"panic": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{Retries: never(3)}), order{Do: "panic"})
			crash := crashOf(t, r)
			require.Equal(t, "order 7: boom", crash.Panic)
			require.False(t, crash.Goexit)
			require.Contains(t, crash.Stack, "obey.go")
			require.ErrorContains(t, r.Err, "crashed on input 7: panic: order 7: boom")
			require.Equal(t, 3, r.Attempts, "CrashLimit")
			require.Equal(t, 2, run.Stats().Reruns)
			require.Zero(t, run.Stats().Retries, "never charged to Retries")
		},
		"panic with an error": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{}), order{Do: "panic with error"})
			require.ErrorIs(t, r.Err, errOwn)
			require.ErrorContains(t, crashOf(t, r).Panic.(error), "reading: ")
		},
		"nil dereference": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{}), order{Do: "nil dereference"})
			require.Contains(t, fmt.Sprint(crashOf(t, r).Panic), "nil pointer dereference")
		},
		"goexit": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{}), order{Do: "goexit"})
			crash := crashOf(t, r)
			require.True(t, crash.Goexit)
			require.Nil(t, crash.Panic)
			require.Contains(t, crash.Stack, "obey.go")
		},
		"CrashLimit": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{CrashLimit: 1}), order{Do: "panic"})
			crashOf(t, r)
			require.Equal(t, 1, r.Attempts)
			require.Zero(t, run.Stats().Reruns)
		},
		"re-run": func(t *testing.T, p Place) {
			dir := t.TempDir()
			r, run := one(t, p.with(mapper.Options{}), order{Do: "panic", First: 2, Dir: dir})
			require.NoError(t, r.Err)
			require.Equal(t, 49, r.Value.Square)
			require.Equal(t, 3, r.Attempts)
			require.Equal(t, 3, r.Value.Attempt)
			require.Equal(t, map[int][]int{7: {1, 2, 3}}, begun(t, dir))
			require.Equal(t, 2, run.Stats().Reruns)
		},
		"crashes and retries are counted apart": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{Retries: soon(1)}), order{Do: "panic once, then fail"})
			require.EqualError(t, r.Err, "order 7: out of luck")
			require.Equal(t, 3, r.Attempts)
			require.Equal(t, 1, run.Stats().Reruns)
			require.Equal(t, 1, run.Stats().Retries)
		},
		"innocents among many": func(t *testing.T, p Place) {
			bad := []int{10, 400, 401, 777}
			in := orders(1000)
			for _, i := range bad {
				in[i].Do = "panic"
			}
			all, _ := results(t, p.with(mapper.Options{ReturnExceptions: true}), in)
			right(t, all, 1000, bad...)
			for _, i := range bad {
				require.Equal(t, fmt.Sprintf("order %d: boom", i), crashOf(t, all[i]).Panic)
			}
		},
		"AtMostOnce": func(t *testing.T, p Place) {
			dir := t.TempDir()
			in := orders(500)
			for i := range in {
				in[i].Dir = dir
			}
			in[137].Do = "panic"
			all, _ := results(t, p.with(mapper.Options{AtMostOnce: true, ReturnExceptions: true}), in)
			right(t, all, 500, 137)
			crashOf(t, all[137])
			require.Equal(t, 1, all[137].Attempts)
			began := begun(t, dir)
			require.Len(t, began, 500)
			for i, attempts := range began {
				require.Equal(t, []int{1}, attempts, "input %d", i)
			}
		},
		"the first ends the run": func(t *testing.T, p Place) {
			all, run := results(t, p.with(mapper.Options{Containers: 1}), orders(100, order{N: 40, Do: "panic"}))
			right(t, all, 41, 40)
			crashOf(t, all[40])
			require.ErrorAs(t, run.Wait(), new(*supervisor.CrashError))
		},
		"every crash is counted": func(t *testing.T, p Place) { // that which ends the run as well
			run, err := mapper.Start(bounded(t), obey, slices.Values([]order{{Do: "panic"}}), p.with(mapper.Options{}))
			require.NoError(t, err)
			require.Len(t, slices.Collect(run.All()), 1)
			require.Equal(t, 3, run.Stats().Pool.Crashes)
		},
		"cutoff": func(t *testing.T, p Place) {
			in := orders(200)
			for i := range in {
				in[i].Do = "panic with error"
			}
			all, run := results(t, p.with(mapper.Options{ReturnExceptions: true, Crashes: policy.Ephemeral{ColdDebt: 4}}), in)
			require.Len(t, all, 200)
			for i, r := range all {
				require.Equal(t, i, r.Index)
				require.Error(t, r.Err)
			}
			require.ErrorIs(t, all[199].Err, supervisor.ErrCutoff)
			require.ErrorIs(t, run.Wait(), supervisor.ErrCutoff)
			require.ErrorIs(t, run.Wait(), errOwn, "it unwraps to the last crash")
		},
	}.run(t, places)
}

// crashOf is the crash for which an input has failed.
func crashOf(t *testing.T, r mapper.Result[order, answer]) *supervisor.CrashError {
	t.Helper()
	crash, ok := errors.AsType[*supervisor.CrashError](r.Err)
	require.True(t, ok, "input %d: %v", r.Index, r.Err)
	require.Equal(t, supervisor.PhaseInput, crash.Phase)
	require.Equal(t, r.Index, crash.Input)
	return crash
}
