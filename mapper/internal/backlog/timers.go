package backlog

import (
	"container/heap"
	"math"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// timers is what waits for a time: retries, and on a deployed function struck inputs without
// their control. It has the lock of its backlog.
type timers struct {
	b       *Backlog
	retries retries
	timer   *time.Timer
	at      time.Duration
}

// never is a time that does not come.
const never = time.Duration(math.MaxInt64)

func (t *timers) init(b *Backlog) { t.b, t.at = b, never }

func (t *timers) push(task *chunk.Task) {
	heap.Push(&t.retries, task)
	t.arm()
}

func (t *timers) remove(task *chunk.Task) bool {
	at := slices.Index(t.retries, task)
	if at >= 0 {
		heap.Remove(&t.retries, at)
	}
	return at >= 0
}

// arm sets the timer to what is due first. The caller holds the lock.
func (t *timers) arm() {
	at, now := t.next(), t.b.Now()
	switch {
	case t.b.stopped || at == t.at:
		return
	case at == never:
		t.timer.Stop()
	case t.timer == nil:
		t.timer = time.AfterFunc(at-now, t.b.fire)
	default:
		t.timer.Reset(at - now)
	}
	t.at = at
}

func (t *timers) next() time.Duration {
	at := never
	if len(t.retries) > 0 {
		at = t.retries[0].Due
	}
	if t.b.Deployed {
		now := t.b.Now()
		for _, task := range t.b.struck {
			if task.Due > now {
				at = min(at, task.Due)
			}
		}
	}
	return at
}

// fire makes the retries ready whose time has come, and has somebody look at struck inputs.
func (b *Backlog) fire() {
	b.mu.Lock()
	now, n := b.Now(), 0
	for r := &b.timers.retries; len(*r) > 0 && (*r)[0].Due <= now; n++ {
		b.queue(heap.Pop(r).(*chunk.Task))
	}
	lineage := b.firstLineage()
	if len(b.struck) > 0 {
		n++
	}
	b.timers.at = never
	b.timers.arm()
	b.mu.Unlock()
	for range n {
		b.Wake(lineage)
	}
}

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
