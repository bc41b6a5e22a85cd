package runtimes

import "testing"

func TestLocal(t *testing.T) {
	t.Parallel()
	Run(t, Local()...)
}
