package runtimes

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// knowing says whether it knows of an attempt: a batch is many.
func knowing(ctx context.Context, all []order) ([]bool, error) {
	known := make([]bool, len(all))
	_, known[0] = mapper.AttemptFrom(ctx)
	return known, nil
}

var (
	_ = process.Register(knowing)
	_ = process.Register(obeyAll)
	_ = process.RegisterEach(takeAll)
	_ = process.RegisterState(func(ctx context.Context) (*model, error) { return enter(ctx, "") }, askAll, nil)
)

// obeyAll obeys a batch; its answers say how large that was.
func obeyAll(ctx context.Context, all []order) ([]int, error) {
	values := make([]int, len(all))
	errs := make(mapper.Errors, len(all))
	for i, o := range all {
		values[i] = len(all)
		switch o.Do {
		case "":
		case "forget":
			return values[1:], nil
		case "fail alone":
			errs[i] = fmt.Errorf("order %d: %w", o.N, errOwn)
		default:
			if err := deeds[o.Do](ctx, o); err != nil {
				return nil, err
			}
		}
	}
	if errors.Join(errs...) != nil {
		return values, errs
	}
	return values, nil
}

// takeAll is obeyAll without values.
func takeAll(ctx context.Context, all []order) error {
	_, err := obeyAll(ctx, all)
	return err
}

func askAll(_ context.Context, m *model, all []order) ([]int, error) {
	values := make([]int, len(all))
	for i := range all {
		m.served++
		values[i] = m.served
	}
	return values, nil
}

func testBatches(t *testing.T, places []Place) {
	batch := mapper.Batch{Size: 10, Wait: patience}
	body, each := mapper.Batched(obeyAll, batch), mapper.EachBatch(takeAll, batch)
	contract{
		"values": func(t *testing.T, p Place) {
			values, err := body.Collect(bounded(t), orders(95), p.with(mapper.Options{}))
			require.NoError(t, err)
			require.Len(t, values, 95)
			full := 0
			for _, n := range values {
				require.LessOrEqual(t, n, 10)
				if n == 10 {
					full++
				}
			}
			require.Equal(t, 90, full)
		},
		"a state": func(t *testing.T, p Place) {
			enter := func(ctx context.Context) (*model, error) { return enter(ctx, "") }
			values, err := mapper.BatchedWithState(enter, askAll, nil, batch).Collect(bounded(t), orders(30), p.with(mapper.Options{Containers: 1}))
			require.NoError(t, err)
			for i, n := range values {
				require.Equal(t, i+1, n)
			}
		},
		"an error of all": func(t *testing.T, p Place) {
			whole := batch
			whole.Whole = true
			_, err := mapper.Batched(obeyAll, whole).Collect(bounded(t), orders(10, order{N: 3, Do: "fail: typed"}), p.with(mapper.Options{ReturnExceptions: true}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok)
			require.Len(t, e.Failures, 10)
			require.EqualError(t, e.Failures[9].Err, "reading: refused 3")
			require.ErrorAs(t, e.Failures[9].Err, new(*refusal))
		},
		"an error of all, whose is found": func(t *testing.T, p Place) {
			values, err := body.Collect(bounded(t), orders(10, order{N: 3, Do: "fail: typed"}), p.with(mapper.Options{Containers: 1, ReturnExceptions: true}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok, "%v", err)
			require.Len(t, e.Failures, 1)
			require.Equal(t, []int{3, 5}, []int{e.Failures[0].Index, e.Failures[0].Attempts})
			require.ErrorAs(t, e.Failures[0].Err, new(*refusal))
			require.Equal(t, []int{2, 2, 1, 0, 1, 5, 5, 5, 5, 5}, values)
		},
		"without values": func(t *testing.T, p Place) {
			_, err := each.Collect(bounded(t), orders(30), p.with(mapper.Options{}))
			require.NoError(t, err)
		},
		"without values, an error of one, and one of all": func(t *testing.T, p Place) {
			in := orders(20, order{N: 3, Do: "fail alone"}, order{N: 17, Do: "fail: typed"})
			_, err := each.Collect(bounded(t), in, p.with(mapper.Options{Containers: 1, ReturnExceptions: true}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok, "%v", err)
			require.Len(t, e.Failures, 2)
			require.Equal(t, []int{3, 17}, []int{e.Failures[0].Index, e.Failures[1].Index})
			require.ErrorIs(t, e.Failures[0].Err, errOwn)
			require.ErrorAs(t, e.Failures[1].Err, new(*refusal))
		},
		"an error of one": func(t *testing.T, p Place) {
			values, err := body.Collect(bounded(t), orders(10, order{N: 3, Do: "fail alone"}), p.with(mapper.Options{ReturnExceptions: true}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok)
			require.Len(t, e.Failures, 1)
			require.Equal(t, 3, e.Failures[0].Index)
			require.EqualError(t, e.Failures[0].Err, "order 3: "+errOwn.Error())
			require.ErrorIs(t, e.Failures[0].Err, errOwn)
			require.Equal(t, 10, values[9])
		},
		"errors of one batch after another": func(t *testing.T, p Place) {
			in := orders(60, order{N: 3, Do: "fail alone"}, order{N: 17, Do: "fail alone"}, order{N: 59, Do: "fail alone"})
			values, err := body.Collect(bounded(t), in, p.with(mapper.Options{Containers: 1, ReturnExceptions: true}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok)
			require.Len(t, e.Failures, 3)
			for i, v := range values {
				if in[i].Do == "" {
					require.Equal(t, 10, v)
				}
			}
		},
		"no attempt of its own": func(t *testing.T, p Place) {
			known, err := mapper.Batched(knowing, batch).Collect(bounded(t), orders(10), p.with(mapper.Options{}))
			require.NoError(t, err)
			require.NotContains(t, known, true)
		},
		"too few values": func(t *testing.T, p Place) {
			_, err := body.Collect(bounded(t), orders(10, order{N: 3, Do: "forget"}), p.with(mapper.Options{}))
			require.ErrorAs(t, err, new(*mapper.LengthError))
		},
		"a crash": func(t *testing.T, p Place) {
			values, err := body.Collect(bounded(t), orders(30, order{N: 13, Do: "panic"}), p.with(mapper.Options{ReturnExceptions: true, CrashLimit: 2}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok, "%v", err)
			require.Len(t, e.Failures, 1, "the others are innocent")
			require.Equal(t, 13, e.Failures[0].Index)
			crash, ok := errors.AsType[*supervisor.CrashError](err)
			require.True(t, ok)
			require.Equal(t, "order 13: boom", crash.Panic)
			require.Equal(t, 1, values[14], "it has run alone")
		},
		"a timeout": func(t *testing.T, p Place) {
			dir := t.TempDir()
			defer leave(dir, sign, "")
			_, err := body.Collect(bounded(t), orders(10, order{N: 3, Do: "deaf", Dir: dir}), p.with(mapper.Options{Timeout: someTime, Grace: graceTime, ReturnExceptions: true}))
			e, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok, "%v", err)
			require.Len(t, e.Failures, 1, "the others are in time without it")
			require.Equal(t, 3, e.Failures[0].Index)
			require.ErrorIs(t, e.Failures[0].Err, mapper.ErrTimeout)
		},
	}.run(t, places)
}
