package mapper_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/mapper"
)

// A key that panics fails its input, and no other.
func ExampleKeyError() {
	initial := func(name string) string { return name[:1] }
	greet := func(_ context.Context, name string) (string, error) { return "Ahoy, " + name, nil }
	body := mapper.Plain(greet).Keyed(initial, mapper.KeyLimit{Concurrency: 1})
	_, err := body.Collect(context.Background(), []string{"Ann", "", "Bob"}, mapper.Options{ReturnExceptions: true})
	failures, _ := errors.AsType[*mapper.FailuresError](err)
	failed, ok := errors.AsType[*mapper.KeyError](failures)
	fmt.Println(len(failures.Failures), ok, failed.Panic)
	// Output: 1 true runtime error: slice bounds out of range [:1] with length 0
}

// Pictures take memory: together no more than 100 MB.
func ExampleWeightError() {
	resize := func(_ context.Context, megabytes int) (string, error) { return "small", nil }
	careful := mapper.Plain(resize).Weighted(func(megabytes int) int64 { return int64(megabytes) })
	for r := range careful.Map(context.Background(), []int{20, 300, 90}, mapper.Options{Capacity: 100, ReturnExceptions: true}) {
		var heavy *mapper.WeightError
		fmt.Println(r.Value, r.Err, errors.As(r.Err, &heavy))
	}
	// Output:
	// small <nil> false
	//  mapper: the input weighs 300, more than the Capacity of 100 true
	// small <nil> false
}

// What waits, and for what.
func ExampleHeld() {
	ctx := context.Background()
	busy, release := make(chan struct{}), make(chan struct{})
	body := mapper.Plain(func(context.Context, int) (int, error) {
		busy <- struct{}{}
		<-release
		return 0, nil
	}).Keyed(func(int) string { return "one host" }, mapper.KeyLimit{Concurrency: 1})
	run, err := body.Start(ctx, func(yield func(int) bool) { _ = yield(1) && yield(2) }, mapper.Options{Containers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	<-busy
	for run.Stats().Held.Key == 0 {
		continue // the second is on its way
	}
	fmt.Printf("%+v\n", run.Stats().Held)
	close(release)
	go func() { <-busy }()
	for range run.All() {
		continue
	}
	// Output: {Pause:0 Rate:0 Key:1 Weight:0}
}
