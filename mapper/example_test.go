package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

func square(_ context.Context, x int) (int, error) { return x * x, nil }

func parse(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }

// Cancel the context when you leave the loop early; with [mapper.Run.All] you need not.
func ExampleMap() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for r := range mapper.Map(ctx, square, []int{1, 2, 3}, mapper.Options{Containers: 2}) {
		fmt.Println(r.Input, r.Value, r.Err)
	}
	// Output:
	// 1 1 <nil>
	// 2 4 <nil>
	// 3 9 <nil>
}

// With ReturnExceptions a failure is a result in its place, and the run goes on.
func ExampleMap_returnExceptions() {
	inputs := []string{"1", "two", "3"}
	for r := range mapper.Map(context.Background(), parse, inputs, mapper.Options{ReturnExceptions: true}) {
		if r.Err != nil {
			fmt.Printf("%q: %v (attempts %d)\n", r.Input, r.Err, r.Attempts)
			continue
		}
		fmt.Println(r.Value)
	}
	// Output:
	// 1
	// "two": strconv.Atoi: parsing "two": invalid syntax (attempts 1)
	// 3
}

// A retry waits for its time without holding a container.
func ExampleMap_retries() {
	flaky := func(ctx context.Context, x int) (int, error) {
		if a, _ := mapper.AttemptFrom(ctx); a.Attempt < 3 {
			return 0, errors.New("not yet")
		}
		return x, nil
	}
	opts := mapper.Options{Retries: policy.Retries{MaxRetries: 3, InitialDelay: time.Millisecond}}
	for r := range mapper.Map(context.Background(), flaky, []int{7}, opts) {
		fmt.Println(r.Value, r.Attempts)
	}
	// Output:
	// 7 3
}

// A panic ends a container, not the program. The input that causes it is run again,
// and fails after CrashLimit crashes; all others get their results.
func ExampleMap_panic() {
	divide := func(_ context.Context, x int) (int, error) { return 12 / x, nil }
	opts := mapper.Options{ReturnExceptions: true}
	for r := range mapper.Map(context.Background(), divide, []int{3, 0, 4}, opts) {
		if crash, ok := errors.AsType[*supervisor.CrashError](r.Err); ok {
			fmt.Println("crashed", r.Attempts, "times:", crash.Panic)
			continue
		}
		fmt.Println(r.Value)
	}
	// Output:
	// 4
	// crashed 3 times: runtime error: integer divide by zero
	// 3
}

func ExampleMapSeq() {
	words := slices.Values([]string{"4", "5"})
	for r := range mapper.MapSeq(context.Background(), parse, words, mapper.Options{}) {
		fmt.Println(r.Index, r.Value)
	}
	// Output:
	// 0 4
	// 1 5
}

// The first input needs a second attempt, and nobody waits for it.
func ExampleOptions_unordered() {
	slow := func(ctx context.Context, x int) (int, error) {
		if a, _ := mapper.AttemptFrom(ctx); x == 1 && a.Attempt == 1 {
			return 0, errors.New("not yet")
		}
		return x, nil
	}
	for r := range mapper.Map(context.Background(), slow, []int{1, 2, 3}, mapper.Options{
		Containers: 1,
		Unordered:  true,
		Retries:    policy.Retries{MaxRetries: 1, InitialDelay: 50 * time.Millisecond},
	}) {
		fmt.Println(r.Value)
	}
	// Output:
	// 2
	// 3
	// 1
}

// A service allows ten requests a second. What waits holds no container.
func ExampleOptions_rate() {
	began := time.Now()
	fetch := func(_ context.Context, page int) (int, error) { return page, nil }
	pages, err := mapper.Collect(context.Background(), fetch, []int{1, 2, 3}, mapper.Options{
		Rate:    rate.NewLimiter(10, 1),
		Timeout: 50 * time.Millisecond, // of a request, and not of the wait
	})
	fmt.Println(pages, err, time.Since(began) >= 200*time.Millisecond)
	// Output:
	// [1 2 3] <nil> true
}

// A batch whose database is down should not try all its rows.
func ExampleOptions_failureLimit() {
	down := func(context.Context, int) error { return errors.New("connection refused") }
	err := mapper.Each(context.Background(), down, make([]int, 1000), mapper.Options{
		Containers:       1,
		ReturnExceptions: true,
		FailureLimit:     policy.FailureLimit{Count: 20, Ratio: 0.5, Of: 10},
	})
	limit, _ := errors.AsType[*mapper.FailureLimitError](err)
	fmt.Println(limit)
	// Output:
	// mapper: 10 inputs failed, which is the limit; the last: mapper: input 9 failed after 1 attempt: connection refused
}

// A request that hangs is sent a second time, and the first is cancelled.
func ExampleOptions_hedge() {
	fetch := func(ctx context.Context, page string) (string, error) {
		if a, _ := mapper.AttemptFrom(ctx); page == "b" && a.Attempt == 1 {
			<-ctx.Done() // a server that is out of order
			fmt.Println(context.Cause(ctx))
			return "", ctx.Err()
		}
		return page + "!", nil
	}
	pages, err := mapper.Collect(context.Background(), fetch, []string{"a", "b", "c"}, mapper.Options{
		Containers: 2,
		Hedge:      policy.Hedge{After: 50 * time.Millisecond}, // or Quantile: 0.95
	})
	fmt.Println(pages, err)
	// Output:
	// mapper: another attempt was faster
	// [a! b! c!] <nil>
}

// The pages of a listing are fetched while those before are worked on. The third cannot be had.
func ExampleSource() {
	pages := func(yield func(string, error) bool) {
		for n := 1; n < 3; n++ {
			if !yield(fmt.Sprint("page ", n), nil) {
				return
			}
		}
		yield("", errors.New("the listing broke off"))
	}
	length := func(_ context.Context, page string) (int, error) { return len(page), nil }
	for r := range mapper.MapSeq(context.Background(), length, mapper.Source(pages), mapper.Options{}) {
		fmt.Println(r.Index, r.Value, r.Err)
	}
	// Output:
	// 0 6 <nil>
	// 1 6 <nil>
	// -1 0 mapper: the inputs' iterator failed: the listing broke off
}

// Leaving the loop stops the run and waits for what is under way.
func ExampleRun_All() {
	naturals := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	run, err := mapper.Start(context.Background(), square, naturals, mapper.Options{})
	if err != nil {
		panic(err)
	}
	for r := range run.All() {
		fmt.Println(r.Value)
		if r.Index == 2 {
			break
		}
	}
	fmt.Println(run.Wait())
	// Output:
	// 0
	// 1
	// 4
	// mapper: stopped
}

func ExampleCollect() {
	squares, err := mapper.Collect(context.Background(), square, []int{1, 2, 3}, mapper.Options{})
	fmt.Println(squares, err)
	// Output:
	// [1 4 9] <nil>
}

// The error says which input ended the run.
func ExampleCollect_error() {
	_, err := mapper.Collect(context.Background(), parse, []string{"1", "two"}, mapper.Options{})
	if failed, ok := errors.AsType[*mapper.InputError](err); ok {
		fmt.Println("input", failed.Index, "is not a number:", errors.Is(err, strconv.ErrSyntax))
	}
	// Output:
	// input 1 is not a number: true
}

func ExampleEach() {
	err := mapper.Each(context.Background(), func(_ context.Context, name string) error {
		return fmt.Errorf("no such host: %s", name)
	}, []string{"a", "b"}, mapper.Options{ReturnExceptions: true})
	fmt.Println(err)
	// Output:
	// mapper: 2 of 2 inputs failed
	// 	input 0 after 1 attempt: no such host: a
	// 	input 1 after 1 attempt: no such host: b
}

func ExampleAttemptFrom() {
	where := func(ctx context.Context, _ string) (string, error) {
		a, _ := mapper.AttemptFrom(ctx)
		return fmt.Sprintf("input %d, attempt %d", a.Index, a.Attempt), nil
	}
	out, _ := mapper.Collect(context.Background(), where, []string{"x"}, mapper.Options{})
	fmt.Println(out[0])
	// Output:
	// input 0, attempt 1
}
