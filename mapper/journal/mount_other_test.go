//go:build !linux

package journal_test

import (
	"errors"
	"syscall"
)

func mount(string, int) error   { return errors.ErrUnsupported }
func remount(string, int) error { return errors.ErrUnsupported }
func freeze(string) error       { return errors.ErrUnsupported }
func unmount(string)            {}

// There is nothing that stops a process everywhere.
const (
	stopSignal     = syscall.SIGTERM
	continueSignal = syscall.SIGTERM
)
