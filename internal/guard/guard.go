package guard

import (
	"sync/atomic"
	"time"

	"github.com/sourcegraph/conc/panics"
)

// Patience is how long a call may take, but for those within another time.
const Patience = time.Second

// Failure says why a call has brought nothing. One of its fields is set.
type Failure struct {
	Panic   *panics.Recovered // what it panicked with, and the stack; its value is the user's, too
	Goexit  bool              // it called runtime.Goexit
	Overdue time.Duration     // it has not returned within that time
	Refused bool              // it was not called, since others of its owner have not returned
}

// Call runs f on a goroutine of its own and returns its result. The owner says whose code f is: its
// type, or a name. It must be comparable.
func Call[T any](owner any, f func() T) (T, *Failure) { return Within(Patience, owner, f) }

// Within is Call with another patience.
func Within[T any](patience time.Duration, owner any, f func() T) (result T, failure *Failure) {
	if !lingering.admits(owner) {
		return result, &Failure{Refused: true}
	}
	var state atomic.Int32
	done := make(chan outcome[T], 1)
	go func() {
		defer func() {
			if !state.CompareAndSwap(running, returned) {
				lingering.add(owner, -1)
			}
		}()
		run(f, done)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case out := <-done:
		return out.result, out.failure
	case <-timer.C:
	}
	if !state.CompareAndSwap(running, givenUp) {
		out := <-done // it returned in the last moment
		return out.result, out.failure
	}
	lingering.add(owner, 1)
	return result, &Failure{Overdue: patience}
}

// The states of a call. Whoever changes it first decides what has become of it.
const (
	running int32 = iota
	returned
	givenUp
)

type outcome[T any] struct {
	result  T
	failure *Failure
}

// run calls f and sends what has come of it, which also happens where f calls runtime.Goexit.
func run[T any](f func() T, done chan<- outcome[T]) {
	out := outcome[T]{failure: &Failure{Goexit: true}}
	defer func() { done <- out }()
	caught := panics.Try(func() { out.result = f() })
	out.failure = nil
	if caught != nil {
		out.failure = &Failure{Panic: caught}
	}
}
