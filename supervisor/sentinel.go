package supervisor

import (
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
func Sentinel(text string) error {
	err := errors.New(text)
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
