package backlog

import (
	"container/heap"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// retries is a heap by due time; at equal times the lower index first.
type retries []*chunk.Task

func (r retries) Len() int { return len(r) }

func (r retries) Less(i, j int) bool {
	if r[i].Due != r[j].Due {
		return r[i].Due < r[j].Due
	}
	return r[i].Index < r[j].Index
}

func (r retries) Swap(i, j int) { r[i], r[j] = r[j], r[i] }

func (r *retries) Push(x any) { *r = append(*r, x.(*chunk.Task)) }

func (r *retries) Pop() any {
	old := *r
	last := len(old) - 1
	t := old[last]
	old[last] = nil
	*r = old[:last]
	return t
}

// arm sets the timer to the first retry. The caller holds the lock.
func (b *Backlog) arm() {
	if len(b.waiting) == 0 || b.closed {
		return
	}
	at := b.waiting[0].Due
	switch wait := at - b.Now(); {
	case b.timer == nil:
		b.timer = time.AfterFunc(wait, b.fire)
	case at != b.timerAt:
		b.timer.Reset(wait)
	}
	b.timerAt = at
}

// fire makes the retries ready whose time has come.
func (b *Backlog) fire() {
	b.mu.Lock()
	now, n := b.Now(), 0
	for len(b.waiting) > 0 && b.waiting[0].Due <= now {
		b.dueRetries = append(b.dueRetries, heap.Pop(&b.waiting).(*chunk.Task))
		n++
	}
	b.ready.Add(int32(n))
	b.timerAt = -1
	b.arm()
	b.mu.Unlock()
	for range n {
		b.Wake()
	}
}
