package runtimes

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// soon are retries without a delay to speak of.
func soon(n int) policy.Retries { return policy.Retries{MaxRetries: n, InitialDelay: time.Millisecond} }

// never are retries that no test waits for.
func never(n int) policy.Retries { return policy.Retries{MaxRetries: n, InitialDelay: time.Minute} }

func testErrors(t *testing.T, places []Place) {
	contract{
		"its text": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{}), order{Do: "fail"})
			require.EqualError(t, r.Err, "order 7: out of luck")
			require.Equal(t, 1, r.Attempts)
			require.Zero(t, r.Value)
			require.Equal(t, 1, run.Stats().Failed)
			require.Zero(t, run.Stats().Pool.Crashes, "an error is no crash")
		},
		"a sentinel": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{}), order{Do: "fail: sentinel"})
			require.ErrorIs(t, r.Err, errOwn)
			require.EqualError(t, r.Err, "reading: "+errOwn.Error())
		},
		"a well-known sentinel": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{}), order{Do: "fail: well known"})
			require.ErrorIs(t, r.Err, io.ErrUnexpectedEOF)
			require.NotErrorIs(t, r.Err, errOwn)
		},
		"a type": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{}), order{Do: "fail: typed"})
			require.EqualError(t, r.Err, "reading: refused 7")
			e, ok := errors.AsType[*refusal](r.Err)
			require.True(t, ok)
			require.Equal(t, refusal{7}, *e)
		},
		"several errors": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{}), order{Do: "fail: joined"})
			require.ErrorIs(t, r.Err, errOwn)
			require.ErrorAs(t, r.Err, new(*refusal))
			require.EqualError(t, r.Err, errOwn.Error()+"\nrefused 7")
		},
		"several errors, as those of a batch": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{Retries: soon(2)}), order{Do: "fail: several"})
			require.ErrorContains(t, r.Err, "order 7: ")
			require.ErrorIs(t, r.Err, errOwn)
			require.ErrorIs(t, r.Err, io.EOF)
			require.Equal(t, 1, r.Attempts, "it is permanent")
		},
		"a context error of its own": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{Retries: soon(1)}), order{Do: "fail: context"})
			require.ErrorIs(t, r.Err, context.Canceled)
			require.Equal(t, 2, r.Attempts, "an error like any other while the run's context lives")
		},
		"retried": func(t *testing.T, p Place) {
			dir := t.TempDir()
			r, run := one(t, p.with(mapper.Options{Retries: soon(3)}), order{Do: "fail", First: 2, Dir: dir})
			require.NoError(t, r.Err)
			require.Equal(t, 49, r.Value.Square)
			require.Equal(t, 3, r.Attempts)
			require.Equal(t, 3, r.Value.Attempt)
			require.Equal(t, map[int][]int{7: {1, 2, 3}}, begun(t, dir))
			require.Equal(t, 2, run.Stats().Retries)
		},
		"retried in vain": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{Retries: soon(2)}), order{Do: "fail: sentinel"})
			require.ErrorIs(t, r.Err, errOwn)
			require.Equal(t, 3, r.Attempts)
		},
		"policy.Permanent": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{Retries: never(3)}), order{Do: "fail: permanently"})
			require.Equal(t, errOwn, r.Err, "without the mark")
			require.Equal(t, 1, r.Attempts)
			require.Zero(t, run.Stats().Retries)
		},
		"policy.RetryAfter": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{Retries: never(2)}), order{Do: "fail: retry at once"})
			require.Equal(t, errOwn, r.Err, "without the mark")
			require.Equal(t, 3, r.Attempts)
			require.Equal(t, 2, run.Stats().Retries, "charged to Retries")
		},
		"policy.Throttled": func(t *testing.T, p Place) {
			r, run := one(t, p.with(mapper.Options{Retries: never(2)}), order{Do: "fail: throttled"})
			require.Equal(t, errOwn, r.Err, "without the mark")
			require.GreaterOrEqual(t, r.Attempts, 4, "the first is free, and others where another input was the probe")
			require.Equal(t, 2, run.Stats().Retries)
			require.Equal(t, r.Attempts, run.Stats().Refused)
		},
		"AtMostOnce": func(t *testing.T, p Place) {
			r, _ := one(t, p.with(mapper.Options{Retries: never(3), AtMostOnce: true}), order{Do: "fail"})
			require.EqualError(t, r.Err, "order 7: out of luck")
			require.Equal(t, 1, r.Attempts)
		},
		"the first ends the run": func(t *testing.T, p Place) {
			all, run := results(t, p.with(mapper.Options{Containers: 1}), orders(100, order{N: 40, Do: "fail: sentinel"}))
			require.Len(t, all, 41, "what is finished before it in order, and itself")
			right(t, all, 41, 40)
			require.ErrorIs(t, all[40].Err, errOwn)
			e, ok := errors.AsType[*mapper.InputError](run.Wait())
			require.True(t, ok)
			require.Equal(t, mapper.InputError{Index: 40, Attempts: 1, Err: all[40].Err}, *e)
		},
		"Stop ends those that execute": func(t *testing.T, p Place) {
			dir := t.TempDir()
			run, err := mapper.Start(bounded(t), obey, slices.Values([]order{{N: 0, Do: "wait", Dir: dir}, {N: 1, Do: "patient", Dir: dir}}),
				p.with(mapper.Options{Unordered: true}))
			require.NoError(t, err)
			eventually(t, "both execute", func() bool { return len(begun(t, dir)) == 2 })
			run.Stop()
			for r := range run.All() {
				require.ErrorIs(t, r.Err, mapper.ErrStopped)
			}
			require.ErrorIs(t, run.Wait(), mapper.ErrStopped)
			require.Equal(t, mapper.ErrStopped.Error(), trace(t, dir, "cause"))
		},
		"Collect": func(t *testing.T, p Place) {
			_, err := mapper.Collect(bounded(t), obey, orders(50, order{N: 20, Do: "fail"}), p.with(mapper.Options{}))
			e, ok := errors.AsType[*mapper.InputError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, 20, e.Index)
			require.EqualError(t, e.Err, "order 20: out of luck")
		},
		"Collect with ReturnExceptions": func(t *testing.T, p Place) {
			values, err := mapper.Collect(bounded(t), obey, orders(50, order{N: 20, Do: "fail: sentinel"}, order{N: 30, Do: "panic"}),
				p.with(mapper.Options{ReturnExceptions: true}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok, "%v", err)
			require.Len(t, e.Failures, 2)
			require.Equal(t, []int{20, 30}, []int{e.Failures[0].Index, e.Failures[1].Index})
			require.ErrorIs(t, err, errOwn)
			require.Equal(t, 49*49, values[49].Square)
		},
	}.run(t, places)
}
