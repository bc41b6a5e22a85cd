package supervisor

import (
	"context"
	"errors"
	"slices"
	"sync"
)

var sentinels struct {
	sync.Mutex
	all []error
}

// Sentinel returns a new error with that text that crosses to the containers of a
// [Runtime] and back as itself, so that errors.Is finds it on either side. It is for
// package-level variables of the packages above this one; the text must be unique.
func Sentinel(text string) error { return register(errors.New(text)) }

// TimeoutSentinel is [Sentinel] for one that is context.DeadlineExceeded as well, and says so
// like the errors of package net: Timeout reports true.
func TimeoutSentinel(text string) error { return register(&timeout{text}) }

type timeout struct{ text string }

func (e *timeout) Error() string        { return e.text }
func (e *timeout) Timeout() bool        { return true }
func (e *timeout) Temporary() bool      { return true }
func (e *timeout) Is(target error) bool { return target == context.DeadlineExceeded }

func register(err error) error {
	sentinels.Lock()
	defer sentinels.Unlock()
	sentinels.all = append(sentinels.all, err)
	return err
}

// Sentinels returns those made so far, for a runtime.
func Sentinels() []error {
	sentinels.Lock()
	defer sentinels.Unlock()
	return slices.Clone(sentinels.all)
}
