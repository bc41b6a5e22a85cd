package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

// A census is what the process has at one moment, that a round must leave as it was.
type census struct {
	goroutines  int
	descriptors []string
}

// patience is how long we wait for what takes no time on a machine with nothing else to do.
const patience = 20 * time.Second

func survey() (census, error) {
	open, err := descriptors()
	return census{runtime.NumGoroutine(), open}, err
}

// left waits until everything is as it was, and says what is not.
func (before census) left() error {
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(ms) {
		if err = before.compare(); err == nil {
			return nil
		}
	}
	return err
}

func (before census) compare() error {
	var all []error
	if n := runtime.NumGoroutine(); n > before.goroutines {
		all = append(all, fmt.Errorf("%d goroutines, %d before:\n%s", n, before.goroutines, stacks()))
	}
	switch open, err := descriptors(); {
	case err != nil:
		all = append(all, err)
	case len(open) > len(before.descriptors):
		all = append(all, fmt.Errorf("descriptors %q, before %q", open, before.descriptors))
	}
	if found := children(); len(found) > 0 {
		all = append(all, fmt.Errorf("processes %v", found))
	}
	return errors.Join(all...)
}

// warmUp opens what the Go runtime keeps once it has polled something.
func warmUp() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	return errors.Join(r.Close(), w.Close())
}

func stacks() []byte {
	text := make([]byte, 4<<20)
	return text[:runtime.Stack(text, true)]
}
