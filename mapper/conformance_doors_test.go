package mapper_test

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// functionDoors run a case of area map on a deployed function. spawn_map is one of them: a run that goes on by itself,
// with a handle.
var functionDoors = map[string]caseDoor{
	"Function.Start.All": onFunction(func(ctx context.Context, f *caseFunction, _ *caseInputs, in iter.Seq[any], opts mapper.RunOptions) iter.Seq[caseResult] {
		run, err := f.Start(ctx, in, opts)
		if err != nil {
			panic(err)
		}
		return run.All()
	}),
	"Function.MapSeq": onFunction(func(ctx context.Context, f *caseFunction, _ *caseInputs, in iter.Seq[any], opts mapper.RunOptions) iter.Seq[caseResult] {
		return received(f.MapSeq(ctx, in, opts))
	}),
	"Function.Map": onFunction(func(ctx context.Context, f *caseFunction, list *caseInputs, _ iter.Seq[any], opts mapper.RunOptions) iter.Seq[caseResult] {
		if !list.plain() {
			return nil
		}
		return received(f.Map(ctx, list.list, opts))
	}),
	"Function.Call": onFunction(func(ctx context.Context, f *caseFunction, list *caseInputs, _ iter.Seq[any], _ mapper.RunOptions) iter.Seq[caseResult] {
		if !list.plain() || len(list.list) != 1 {
			return nil
		}
		return func(yield func(caseResult) bool) {
			v, err := f.Call(ctx, list.list[0])
			yield(caseResult{Input: list.list[0], Value: v, Err: err, Attempts: f.attempts()})
		}
	}),
}

// caseFunction is a deployed function that counts its attempts, which a call does not say.
type caseFunction struct {
	*mapper.Function[any, any]
	calls callCounter
}

func (f *caseFunction) attempts() int {
	f.calls.mu.Lock()
	defer f.calls.mu.Unlock()
	return f.calls.calls
}

// onFunction deploys the case's function, has it used, and stops it when the results have been read. There is no Run
// to look at: its Stats are those of a pool that lives on.
func onFunction(use func(context.Context, *caseFunction, *caseInputs, iter.Seq[any], mapper.RunOptions) iter.Seq[caseResult]) caseDoor {
	return func(ctx context.Context, fn caseFunc, list *caseInputs, in iter.Seq[any], opts mapper.Options) (iter.Seq[caseResult], *mapper.Run[any, any]) {
		run := mapper.RunOptions{ReturnExceptions: opts.ReturnExceptions, Unordered: opts.Unordered, Outstanding: opts.Outstanding}
		opts.ReturnExceptions, opts.Unordered, opts.Outstanding = false, false, 0
		// Which input fails is asked, not how fast containers come back.
		opts.Crashes = policy.Deployed{ColdDebt: 1 << 20, Debt: 1 << 20, InitialDelay: time.Second, MaxDelay: time.Second}
		f := &caseFunction{}
		var err error
		if f.Function, err = mapper.Deploy(context.WithoutCancel(ctx), mapper.Plain(func(ctx context.Context, in any) (any, error) {
			f.calls.add()
			return fn(ctx, in)
		}), opts); err != nil {
			panic(err)
		}
		stop := sync.OnceFunc(func() { _ = f.Stop(context.WithoutCancel(ctx)) })
		results := use(ctx, f, list, in, run)
		if results == nil {
			stop()
			return nil, nil
		}
		return func(yield func(caseResult) bool) {
			defer stop()
			results(yield)
		}, nil
	}
}

// stateDoor is Start.All of a body with a state in each container.
func stateDoor(ctx context.Context, fn caseFunc, _ *caseInputs, in iter.Seq[any], opts mapper.Options) (iter.Seq[caseResult], *mapper.Run[any, any]) {
	run, err := mapper.WithState(
		func(context.Context) (caseFunc, error) { return fn, nil },
		func(ctx context.Context, fn caseFunc, in any) (any, error) { return fn(ctx, in) },
		func(context.Context, caseFunc) error { return nil },
	).Start(ctx, in, opts)
	if err != nil {
		panic(err)
	}
	return run.All(), run
}
