package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// inFolder calls do with a path in a folder that is removed afterwards.
func inFolder(do func(path string)) {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	do(filepath.Join(folder, "run.db"))
}

// Two programs must not keep the same journal at the same time.
func ExampleLockedError() {
	inFolder(func(path string) {
		j, err := journal.Open(path, journal.Options{})
		if err != nil {
			panic(err)
		}
		defer j.Close()
		_, err = journal.Open(path, journal.Options{})
		locked, ok := errors.AsType[*journal.LockedError](err)
		fmt.Println(ok, locked.PID == os.Getpid())
	})
	// Output: true true
}

// A file that is something else is left as it is.
func ExampleFormatError() {
	inFolder(func(path string) {
		if err := os.WriteFile(path, []byte("dear diary, today nothing has happened at all"), 0o600); err != nil {
			panic(err)
		}
		_, err := journal.Open(path, journal.Options{})
		format, ok := errors.AsType[*journal.FormatError](err)
		fmt.Println(ok, format.Format)
	})
	// Output: true 0
}

// Results of another model are not mixed with those of this one.
func ExampleMismatchError() {
	inFolder(func(path string) {
		j, err := journal.Open(path, journal.Options{Version: "model 1"})
		if err != nil {
			panic(err)
		}
		square := func(_ context.Context, n int) (int, error) { return n * n, nil }
		_, err = mapper.Collect(context.Background(), square, []int{2}, mapper.Options{Journal: j})
		fmt.Println(err, j.Close())
		_, err = journal.Open(path, journal.Options{Version: "model 2"})
		_, other := errors.AsType[*journal.MismatchError](err)
		fmt.Println(other)
	})
	// Output:
	// <nil> <nil>
	// true
}
