package gate

import (
	"container/heap"
	"time"
)

func (d *dues) init(fire func()) { d.fire = fire }

// push has whoever waits for a key be looked at when there is a token for it.
func (d *dues) push(k *Key, due time.Time) {
	if k.waiting {
		return
	}
	k.waiting, k.due = true, due
	heap.Push(&d.keys, k)
	d.arm()
}

// pop takes out the first, if it is due.
func (d *dues) pop(now time.Time) *Key {
	if len(d.keys) == 0 || d.keys[0].due.After(now) {
		return nil
	}
	k := heap.Pop(&d.keys).(*Key)
	k.waiting = false
	return k
}

// arm sets the timer to the first.
func (d *dues) arm() {
	switch {
	case len(d.keys) == 0:
	case d.timer == nil:
		d.timer = time.AfterFunc(time.Until(d.keys[0].due), d.fire)
	default:
		d.timer.Reset(time.Until(d.keys[0].due))
	}
}

func (d *dues) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (h byDue) Len() int { return len(h) }

func (h byDue) Less(i, j int) bool { return h[i].due.Before(h[j].due) }

func (h byDue) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *byDue) Push(x any) { *h = append(*h, x.(*Key)) }

func (h *byDue) Pop() any {
	last := len(*h) - 1
	k := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return k
}
