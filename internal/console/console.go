// Package console is where lines go that a program has given no place: os.Stderr, or whoever draws at the bottom
// of the terminal that this is, who puts them above.
package console

import (
	"io"
	"os"
	"sync/atomic"
)

var drawer atomic.Pointer[io.Writer]

// Take has lines go to w, until release is called. The last to take it has it.
func Take(w io.Writer) (release func()) {
	drawer.Store(&w)
	return func() { drawer.CompareAndSwap(&w, nil) }
}

// Writer is where lines go now. It is safe for concurrent use.
func Writer() io.Writer {
	if w := drawer.Load(); w != nil {
		return *w
	}
	return os.Stderr
}
