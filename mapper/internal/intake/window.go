package intake

import (
	"math"
	"sync/atomic"
)

// Window bounds how many inputs are taken and not yet delivered. It is apart from the
// number of containers: one slow input at the head of an ordered run must not stop the
// others.
type Window struct {
	Size      int // math.MaxInt: no limit
	Delivered atomic.Int64
}

// Limit is the index that must not be taken yet.
func (w *Window) Limit() int {
	if w.Size == math.MaxInt {
		return math.MaxInt
	}
	return int(w.Delivered.Load()) + w.Size
}
