package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// A loop over the results, and the numbers of the run after it.
func ExampleStart() {
	run, err := mapper.Start(context.Background(), parse, slices.Values([]string{"1", "two", "3"}),
		mapper.Options{ReturnExceptions: true})
	if err != nil {
		fmt.Println(err) // an option is out of bounds
		return
	}
	sum := 0
	for r := range run.All() {
		sum += r.Value // zero where r.Err says why
	}
	stats := run.Stats()
	fmt.Println(sum, stats.Succeeded, stats.Failed, run.Wait())
	// Output: 4 2 1 <nil>
}

// What executes is cancelled. What is finished is still delivered.
func ExampleRun_Stop() {
	started := make(chan struct{})
	patient := func(ctx context.Context, _ int) (int, error) {
		close(started)
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	run, err := mapper.Start(context.Background(), patient, slices.Values([]int{1}), mapper.Options{ReturnExceptions: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	<-started
	run.Stop()
	for r := range run.All() {
		fmt.Println(r.Index, r.Err)
	}
	fmt.Println(errors.Is(run.Wait(), mapper.ErrStopped))
	// Output:
	// 0 mapper: stopped
	// true
}

// A function that is paused accepts calls, and executes them later.
func ExampleFunction_Pause() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(square), mapper.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	f.Pause()
	call, err := f.Spawn(ctx, 7)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(call.Poll())
	f.Resume()
	fmt.Println(call.Get(ctx))
	fmt.Println(f.Stop(ctx))
	// Output:
	// 0 mapper: call not settled yet
	// 49 <nil>
	// <nil>
}

// To change one setting, change what Scale returns.
func ExampleFunction_SetScale() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(square), mapper.Options{Scale: mapper.Scale{Max: 2, Window: time.Minute}})
	if err != nil {
		fmt.Println(err)
		return
	}
	settings := f.Scale()
	settings.Max = 8
	fmt.Println(f.SetScale(settings), f.Scale().Max, f.Scale().Window)
	settings.Min = 9
	fmt.Println(f.SetScale(settings))
	fmt.Println(f.Stop(ctx))
	// Output:
	// <nil> 8 1m0s
	// longshore: invalid Scale.Min 9: cannot be greater than Max
	// <nil>
}

// A container that has executed two inputs is replaced, exit included.
func ExampleRecycle() {
	counted := mapper.WithState(
		func(context.Context) (*int, error) { return new(int), nil },
		func(_ context.Context, uses *int, _ string) (int, error) { *uses++; return *uses, nil },
		nil)
	uses, err := counted.Collect(context.Background(), []string{"a", "b", "c"}, mapper.Options{
		Containers: 1, Recycle: mapper.Recycle{Inputs: 2},
	})
	fmt.Println(uses, err)
	// Output: [1 2 1] <nil>
}

// onlooker keeps what it is shown.
type onlooker struct{ view mapper.View }

func (o *onlooker) Watch(v mapper.View)      { o.view = v }
func (o *onlooker) Observe(supervisor.Event) {}

// A Watcher may ask for numbers at any time, and what came of the run at the end.
func ExampleWatcher() {
	o := &onlooker{}
	_, _ = mapper.Collect(context.Background(), parse, []string{"1", "two"}, mapper.Options{
		Name: "parse", ReturnExceptions: true, Observer: o,
	})
	<-o.view.Done()
	counts := o.view.Counts()
	fmt.Println(o.view.About().Name, counts.Succeeded, counts.Failed)
	fmt.Println(mapper.OutcomeOf(o.view))
	// Output:
	// parse 1 1
	// completed_with_failures
}
