package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// An attempt that takes too long ends by its context.
func ExampleTimeoutError() {
	silent := func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", context.Cause(ctx)
	}
	_, err := mapper.Collect(context.Background(), silent, []string{"a"}, mapper.Options{Timeout: 10 * time.Millisecond})
	fmt.Println(err)
	fmt.Println(errors.Is(err, mapper.ErrTimeout), errors.Is(err, context.DeadlineExceeded))
	// Output:
	// mapper: input 0 failed after 1 attempt: mapper: attempt timed out after 10ms
	// true true
}

// Every failure, by the index of its input.
func ExampleFailuresError() {
	inputs := []string{"1", "two", "3", "four"}
	_, err := mapper.Collect(context.Background(), parse, inputs, mapper.Options{ReturnExceptions: true})
	if failures, ok := errors.AsType[*mapper.FailuresError](err); ok {
		for _, f := range failures.Failures {
			fmt.Println(f.Index, inputs[f.Index], f.Attempts)
		}
	}
	// Output:
	// 1 two 1
	// 3 four 1
}

// A function says no rather than have calls pile up.
func ExampleQueueFullError() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(square), mapper.Options{Outstanding: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	f.Pause() // so that the first call is still there
	first, err := f.Spawn(ctx, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = f.Call(ctx, 4)
	fmt.Println(errors.Is(err, mapper.ErrQueueFull))
	f.Resume()
	fmt.Println(first.Get(ctx))
	fmt.Println(f.Stop(ctx))
	// Output:
	// true
	// 9 <nil>
	// <nil>
}

// A function that crashes on everything is not tried on everything.
func ExampleOptions_crashes() {
	broken := func(context.Context, int) (int, error) { panic("no configuration") }
	_, err := mapper.Collect(context.Background(), broken, make([]int, 1000), mapper.Options{
		ReturnExceptions: true,
		Crashes:          policy.Ephemeral{ColdInputs: 16},
	})
	cutoff, _ := errors.AsType[*supervisor.CutoffError](err)
	fmt.Println(cutoff.Rule, cutoff.Inputs < 100, cutoff.Last.Reason())
	// Output: cold true panic: no configuration
}

// A program may want to know before it starts anything.
func ExampleOptions_Validate() {
	err := mapper.Options{Containers: -1}.Validate()
	fmt.Println(err)
	if bad, ok := errors.AsType[*policy.InvalidError](err); ok {
		fmt.Println(bad.Field)
	}
	// Output:
	// longshore: invalid Containers -1: must be 0 (the default) to 1048576
	// Containers
}

// A function over batches has a value for each input, in their order.
func ExampleLengthError() {
	forgets := mapper.Batched(func(_ context.Context, rows []string) ([]int, error) {
		return make([]int, len(rows)-1), nil
	}, mapper.Batch{Size: 2})
	_, err := forgets.Collect(context.Background(), []string{"a", "b"}, mapper.Options{})
	length, ok := errors.AsType[*mapper.LengthError](err)
	fmt.Println(ok, length.Inputs, length.Values)
	// Output: true 2 1
}

// A state that is not there in time.
func ExampleStartTimeoutError() {
	hangs := mapper.WithState(func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}, func(context.Context, string, int) (int, error) { return 0, nil }, nil)
	_, err := hangs.Collect(context.Background(), []int{1}, mapper.Options{StartTimeout: time.Millisecond})
	late, ok := errors.AsType[*mapper.StartTimeoutError](err)
	fmt.Println(ok, late)
	// Output: true mapper: container not ready after 1ms
}

// A call before and after its end.
func ExampleCall_Cancel() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}), mapper.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := f.Spawn(ctx, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = call.Poll()
	fmt.Println(errors.Is(err, mapper.ErrPending))
	call.Cancel()
	_, err = call.Get(ctx)
	fmt.Println(errors.Is(err, mapper.ErrCancelled))
	fmt.Println(f.Stop(ctx))
	// Output:
	// true
	// true
	// <nil>
}

// A container is to go at once: its attempt is told why, and executes elsewhere.
func ExampleFunction_Preempt() {
	ctx := context.Background()
	executing := make(chan int, 2)
	f, err := mapper.Deploy(ctx, mapper.Plain(func(ctx context.Context, _ int) (string, error) {
		at, _ := mapper.AttemptFrom(ctx)
		executing <- at.Container
		if at.Attempt > 1 {
			return "elsewhere", nil
		}
		<-ctx.Done()
		fmt.Println(errors.Is(context.Cause(ctx), mapper.ErrInterrupted))
		return "", ctx.Err()
	}), mapper.Options{Containers: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := f.Spawn(ctx, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Preempt(<-executing)) // Drain would let it finish
	fmt.Println(call.Get(ctx))
	fmt.Println(f.Stop(ctx))
	// Unordered output:
	// true
	// true
	// elsewhere <nil>
	// <nil>
}
