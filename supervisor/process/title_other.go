//go:build unix && !linux

package process

// retitle would change what ps shows of this worker.
func retitle(_, _ string) {}
