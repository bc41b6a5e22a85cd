package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper"
)

// Each container compiles its expressions once.
func ExampleWithState() {
	find := mapper.WithState(
		func(context.Context) (*regexp.Regexp, error) { return regexp.Compile(`\d+`) },
		func(_ context.Context, digits *regexp.Regexp, line string) (string, error) {
			return digits.FindString(line), nil
		},
		nil)
	found, err := find.Collect(context.Background(), []string{"room 12", "no number", "7 seas"}, mapper.Options{Containers: 2})
	fmt.Printf("%q %v\n", found, err)
	// Output: ["12" "" "7"] <nil>
}

// Inputs are handed over two at a time, and fail one by one.
func ExampleBatched() {
	insert := mapper.Batched(func(_ context.Context, rows []string) ([]int, error) {
		ids, errs := make([]int, len(rows)), make(mapper.Errors, len(rows))
		for i, row := range rows {
			if ids[i] = len(row); row == "" {
				errs[i] = errors.New("empty row")
			}
		}
		return ids, errs
	}, mapper.Batch{Size: 2})
	for r := range insert.Map(context.Background(), []string{"one", "", "three"}, mapper.Options{ReturnExceptions: true}) {
		fmt.Println(r.Index, r.Value, r.Err)
	}
	// Output:
	// 0 3 <nil>
	// 1 0 empty row
	// 2 5 <nil>
}

// Rows are inserted three at a time. The database refuses the batch with a row that it has already, and says of the whole
// batch why; only that row fails.
func ExampleEachBatch() {
	var table []string
	insert := mapper.EachBatch(func(_ context.Context, rows []string) error {
		for _, row := range rows {
			if slices.Contains(table, row) {
				return errors.New("duplicate key") // and nothing is inserted
			}
		}
		table = append(table, rows...)
		return nil
	}, mapper.Batch{Size: 3})
	err := insert.Each(context.Background(), []string{"ann", "bob", "cid", "dan", "bob", "eve"}, mapper.Options{
		Containers: 1, ReturnExceptions: true,
	})
	fmt.Println(err)
	fmt.Println(table)
	// Output:
	// mapper: 1 of 6 inputs failed
	// 	input 4 after 3 attempts: duplicate key
	// [ann bob cid dan eve]
}

func ExampleBatchedWithState() {
	join := mapper.BatchedWithState(
		func(context.Context) (string, error) { return "+", nil },
		func(_ context.Context, sep string, words []string) ([]string, error) {
			out := make([]string, len(words))
			for i := range words {
				out[i] = strings.Join(words, sep)
			}
			return out, nil
		},
		func(context.Context, string) error { return nil },
		mapper.Batch{Size: 3})
	out, err := join.Collect(context.Background(), []string{"a", "b", "c"}, mapper.Options{Containers: 1})
	fmt.Println(out, err)
	// Output: [a+b+c a+b+c a+b+c] <nil>
}

// One function serves calls and runs.
func ExampleDeploy() {
	ctx := context.Background()
	upper, err := mapper.Deploy(ctx, mapper.Plain(func(_ context.Context, s string) (string, error) {
		return strings.ToUpper(s), nil
	}), mapper.Options{Scale: mapper.Scale{Min: 1, Max: 4}})
	if err != nil {
		fmt.Println(err)
		return
	}
	one, err := upper.Call(ctx, "one")
	fmt.Println(one, err)
	all, err := upper.Collect(ctx, []string{"two", "three"}, mapper.RunOptions{})
	fmt.Println(all, err)
	fmt.Println(upper.Stop(ctx))
	_, err = upper.Call(ctx, "four")
	fmt.Println(err)
	// Output:
	// ONE <nil>
	// [TWO THREE] <nil>
	// <nil>
	// mapper: stopped
}

// A run that matters more than another has three containers of four.
func ExampleRunOptions_share() {
	ctx := context.Background()
	var busy sync.WaitGroup // until all four containers are
	busy.Add(4)
	var first [2]atomic.Int32 // of the first four inputs, those of each run
	f, err := mapper.Deploy(ctx, mapper.Plain(func(_ context.Context, run int) (int, error) {
		first[run].Add(1)
		busy.Done()
		busy.Wait()
		return run, nil
	}), mapper.Options{Containers: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	f.Pause() // till both are there
	urgent := f.Map(ctx, []int{0, 0, 0}, mapper.RunOptions{Share: 3})
	other := f.Map(ctx, []int{1}, mapper.RunOptions{})
	f.Resume()
	for range urgent {
	}
	for range other {
	}
	fmt.Println(first[0].Load(), first[1].Load(), f.Stop(ctx))
	// Output: 3 1 <nil>
}

func ExampleGather() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(func(_ context.Context, n int) (int, error) { return n * n, nil }), mapper.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	calls, err := f.SpawnAll(ctx, []int{2, 3, 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	squares, err := mapper.Gather(ctx, calls...)
	fmt.Println(squares, err, f.Stop(ctx))
	// Output: [4 9 16] <nil> <nil>
}

// A call may be waited for elsewhere, asked about, or cancelled.
func ExampleFunction_Spawn() {
	ctx := context.Background()
	started := make(chan struct{})
	f, err := mapper.Deploy(ctx, mapper.Plain(func(ctx context.Context, _ int) (int, error) {
		close(started)
		<-ctx.Done()
		return 0, context.Cause(ctx)
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
	<-started
	_, err = call.Poll()
	fmt.Println(err)
	call.Cancel()
	_, err = call.Get(ctx)
	fmt.Println(err, f.Stop(ctx))
	// Output:
	// mapper: call not settled yet
	// mapper: call cancelled <nil>
}

func ExampleFunction_Redeploy() {
	ctx := context.Background()
	greet := func(word string) mapper.Body[string, string] {
		return mapper.Plain(func(_ context.Context, name string) (string, error) { return word + ", " + name, nil })
	}
	f, err := mapper.Deploy(ctx, greet("Hello"), mapper.Options{Scale: mapper.Scale{Min: 2, Max: 2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Call(ctx, "Ada"))
	fmt.Println(f.Redeploy(ctx, greet("Goodbye")))
	fmt.Println(f.Call(ctx, "Ada"))
	fmt.Println(f.Stop(ctx))
	// Output:
	// Hello, Ada <nil>
	// <nil>
	// Goodbye, Ada <nil>
	// <nil>
}

// A function that finds its container worn out asks for another.
func ExampleRetire() {
	used := mapper.WithState(
		func(context.Context) (*int, error) { return new(int), nil },
		func(ctx context.Context, uses *int, _ int) (int, error) {
			if *uses++; *uses == 2 {
				mapper.Retire(ctx)
			}
			return *uses, nil
		}, nil)
	uses, err := used.Collect(context.Background(), []int{0, 0, 0, 0}, mapper.Options{Containers: 1})
	fmt.Println(uses, err)
	// Output: [1 2 1 2] <nil>
}

func ExampleExpanding() {
	links := map[string][]string{"/": {"/a", "/b"}, "/a": {"/", "/b"}, "/b": {"/a", "/c"}}
	crawl := mapper.Expanding(func(_ context.Context, page string, add func(...string)) (int, error) {
		add(links[page]...)
		return len(links[page]), nil
	}, mapper.Frontier[string]{BreadthFirst: true, Unique: func(page string) string { return page }})
	for r := range crawl.Map(context.Background(), []string{"/"}, mapper.Options{}) {
		fmt.Println(r.Index, r.Input, r.Value)
	}
	// Output:
	// 0 / 2
	// 1 /a 2
	// 2 /b 2
	// 3 /c 0
}

// Inputs come one by one, and their results as soon as they are there.
func ExampleOpen() {
	ctx := context.Background()
	feed, err := mapper.Open(ctx, square, mapper.Options{Containers: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		defer feed.Close() // no more come
		for i := range 4 {
			if feed.Submit(ctx, i) != nil { // it waits for room
				return
			}
		}
	}()
	for r := range feed.All() {
		fmt.Println(r.Input, r.Value, r.Err)
	}
	// Output:
	// 0 0 <nil>
	// 1 1 <nil>
	// 2 4 <nil>
	// 3 9 <nil>
}

// Two calls may be accepted at a time: Spawn refuses a third, Submit waits.
func ExampleFunction_Submit() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(square), mapper.Options{Outstanding: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	var calls []*mapper.Call[int]
	for i := range 5 {
		call, err := f.Submit(ctx, i)
		if err != nil {
			fmt.Println(err)
			return
		}
		calls = append(calls, call)
	}
	fmt.Println(mapper.Gather(ctx, calls...))
	fmt.Println(f.Stop(ctx))
	// Output:
	// [0 1 4 9 16] <nil>
	// <nil>
}

// The call that fails ends those that wait.
func ExampleFunction_Group() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(parse), mapper.Options{Containers: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	group := f.Group(ctx)
	for _, s := range []string{"1", "two", "3"} {
		if _, err := group.Spawn(s); err != nil {
			break // it has failed already
		}
	}
	values, err := group.Wait()
	fmt.Println(values[0], err)
	fmt.Println(f.Stop(ctx))
	// Output:
	// 1 mapper: input 1 failed after 1 attempt: strconv.Atoi: parsing "two": invalid syntax
	// <nil>
}

// A run that must not have more than one of the function's containers.
func ExampleRunOptions() {
	ctx := context.Background()
	f, err := mapper.Deploy(ctx, mapper.Plain(square), mapper.Options{Containers: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Collect(ctx, []int{1, 2, 3}, mapper.RunOptions{Containers: 1}))
	fmt.Println(f.Stop(ctx))
	// Output:
	// [1 4 9] <nil>
	// <nil>
}
