package event

import (
	"fmt"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
)

// ObserverError says what an observer has done instead of returning. It is plain data: nothing in it is
// the observer's.
type ObserverError struct {
	Observer string // its type
	Told     Kind   // of which event; empty where it was asked what it wants, or shown a run
	Did      string // panicked: …, called runtime.Goexit, …
	Stack    string // where it panicked or left, as debug.Stack has it; empty if it has not returned
}

// Error says it in one line; the stack is left to Stack.
func (e *ObserverError) Error() string {
	text := "event: observer " + e.Observer + " " + e.Did
	if e.Told != "" {
		text += fmt.Sprintf(" (told of %s)", e.Told)
	}
	return text
}

// failed is the error of an observer whose call has brought nothing.
func failed(o Observer, failure *guard.Failure) *ObserverError {
	e := &ObserverError{Observer: show.Type(o), Did: show.Did(failure)}
	if failure.Panic != nil {
		e.Stack = string(failure.Panic.Stack)
	}
	return e
}
