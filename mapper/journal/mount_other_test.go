//go:build !linux

package journal_test

import "errors"

func mount(string, int) error   { return errors.ErrUnsupported }
func remount(string, int) error { return errors.ErrUnsupported }
func freeze(string) error       { return errors.ErrUnsupported }
func unmount(string)            {}
