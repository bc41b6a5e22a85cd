package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

func ExampleReader_All() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "squares.db")
	j, err := journal.Open(path, journal.Options{})
	if err != nil {
		panic(err)
	}
	square := func(_ context.Context, n int) (int, error) { return n * n, nil }
	if _, err := mapper.Collect(context.Background(), square, []int{2, 3, 4}, mapper.Options{Journal: j}); err != nil {
		panic(err)
	}
	if err := j.Close(); err != nil {
		panic(err)
	}
	r, err := journal.Read(path)
	if err != nil {
		panic(err)
	}
	for e, err := range r.All() {
		fmt.Println(e.Index, e.State, e.Value, err)
	}
	// Output:
	// 0 succeeded 4 <nil>
	// 1 succeeded 9 <nil>
	// 2 succeeded 16 <nil>
}

func ExampleOpen() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	executed := 0
	length := func(_ context.Context, word string) (int, error) {
		executed++
		return len(word), nil
	}
	for range 2 { // as if the program was started again
		j, err := journal.Open(filepath.Join(folder, "words.db"), journal.Options{Version: "v1"})
		if err != nil {
			panic(err)
		}
		lengths, err := mapper.Collect(context.Background(), length, []string{"a", "bb", "ccc"}, mapper.Options{Journal: j, Containers: 1})
		fmt.Println(lengths, err, executed)
		if err := j.Close(); err != nil {
			panic(err)
		}
	}
	// Output:
	// [1 2 3] <nil> 3
	// [1 2 3] <nil> 3
}

// A user is known by an ID, whatever else of him changes.
func ExampleKeyOf() {
	type user struct {
		ID   string
		Seen int
	}
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	executed := 0
	greet := func(_ context.Context, u user) (string, error) {
		executed++
		return "ahoy " + u.ID, nil
	}
	for life := range 2 {
		j, err := journal.Open(filepath.Join(folder, "users.db"), journal.Options{
			Key: journal.KeyOf(func(u user) string { return u.ID }),
		})
		if err != nil {
			panic(err)
		}
		greetings, err := mapper.Collect(context.Background(), greet, []user{{"ann", life}, {"bob", life}},
			mapper.Options{Journal: j, Containers: 1})
		fmt.Println(greetings, err, executed)
		if err := j.Close(); err != nil {
			panic(err)
		}
	}
	// Output:
	// [ahoy ann ahoy bob] <nil> 2
	// [ahoy ann ahoy bob] <nil> 2
}

// Numbers, and all entries as a table.
func ExampleReader_Export() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "numbers.db")
	j, err := journal.Open(path, journal.Options{})
	if err != nil {
		panic(err)
	}
	length := func(_ context.Context, word string) (int, error) { return len(word), nil }
	if _, err := mapper.Collect(context.Background(), length, []string{"a", "bb"}, mapper.Options{Journal: j}); err != nil {
		panic(err)
	}
	if err := j.Close(); err != nil {
		panic(err)
	}
	r, err := journal.Read(path)
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Stats().Succeeded, r.Prefix())
	if err := r.Export(os.Stdout, journal.CSV); err != nil {
		panic(err)
	}
	// Output:
	// 2 2
	// index,key,state,attempts,value,kind,error,input
	// 0,ca978112ca1bbdcafac231b39a23dc4d,succeeded,1,1,,,
	// 1,3b64db95cb55c763391c707108489ae1,succeeded,1,2,,,
}
