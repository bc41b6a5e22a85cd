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
	Full      atomic.Bool // nothing is to be taken for now, whatever the size
}

// Limit is the index that must not be taken yet.
func (w *Window) Limit() int {
	if w.Full.Load() {
		return 0
	}
	if w.Size == math.MaxInt {
		return math.MaxInt
	}
	return int(w.Delivered.Load()) + w.Size
}
