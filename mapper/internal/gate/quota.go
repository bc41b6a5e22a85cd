package gate

import "sync/atomic"

// Quota is how many workers of a pool may have something of one run in hand at the same time. None, a nil one, is any number.
type Quota struct {
	most  int32
	wake  func() // somebody who was refused may look again
	taken atomic.Int32
	// refused says that somebody has found it full, and may sleep since.
	refused atomic.Bool
}

// NewQuota makes one.
func NewQuota(most int, wake func()) *Quota {
	return &Quota{most: int32(most), wake: wake}
}

// IsFull reports that nobody else may have anything now. First it notes that somebody was refused, and then it looks: who is
// told so may sleep, and is woken when there is room.
func (q *Quota) IsFull() bool {
	if q == nil || q.taken.Load() < q.most {
		return false
	}
	q.refused.Store(true)
	return q.taken.Load() >= q.most
}

// Room is how many more may take something, of those that want to.
func (q *Quota) Room(want int) int {
	if q == nil || int(q.most-q.taken.Load()) >= want {
		return want
	}
	q.refused.Store(true) // first, as IsFull does
	return min(want, max(int(q.most-q.taken.Load()), 0))
}

// Take counts one who has something in hand, unless it is full.
func (q *Quota) Take() bool {
	for q != nil {
		n := q.taken.Load()
		if n >= q.most {
			return false
		}
		if q.taken.CompareAndSwap(n, n+1) {
			break
		}
	}
	return true
}

// Done is the end of that.
func (q *Quota) Done() {
	if q == nil {
		return
	}
	q.taken.Add(-1)
	if q.refused.Swap(false) {
		q.wake()
	}
}
