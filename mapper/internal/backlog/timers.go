package backlog

import (
	"container/heap"
	"math"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// timers is what waits for a time: retries, on a deployed function struck inputs without
// their control, and whatever waits for the end of its own time. It has the lock of its backlog.
type timers struct {
	b       *Backlog
	retries byTime                   // by Due
	limited byTime                   // by Deadline
	noted   map[*chunk.Task]struct{} // in limited; not in the tasks, which attempts copy
	most    int                      // how many of those may be noted
	timer   *time.Timer
	at      time.Duration
}

// never is a time that does not come.
const never = time.Duration(math.MaxInt64)

func (t *timers) init(b *Backlog) {
	t.b, t.at = b, never
	t.retries.time = func(task *chunk.Task) time.Duration { return task.Due }
	t.limited.time = func(task *chunk.Task) time.Duration { return task.Deadline }
}

func (t *timers) push(task *chunk.Task) {
	heap.Push(&t.retries, task)
	t.limit(task)
	t.arm()
}

// limit notes an input that must not wait beyond its deadline. It stays noted while it executes.
func (t *timers) limit(task *chunk.Task) {
	if _, noted := t.noted[task]; task.Deadline == 0 || noted {
		return
	}
	if len(t.limited.tasks) >= max(t.most, leastNoted) {
		t.forget()
	}
	t.note(task)
	heap.Fix(&t.limited, len(t.limited.tasks)-1)
	t.arm()
}

// note adds it to the heap, in no order.
func (t *timers) note(task *chunk.Task) {
	if t.noted == nil {
		t.noted = map[*chunk.Task]struct{}{}
	}
	t.noted[task] = struct{}{}
	t.limited.tasks = append(t.limited.tasks, task)
}

// leastNoted is how many inputs are noted before it is looked which of them still wait.
const leastNoted = 1024

// forget drops what does not wait any more: it executes, or is settled.
func (t *timers) forget() {
	clear(t.noted)
	clear(t.limited.tasks)
	t.limited.tasks = t.limited.tasks[:0]
	waits := [][]*chunk.Task{t.b.struck, t.b.parts, t.b.dueRetries, t.retries.tasks}
	if t.b.Beside != nil {
		waits = append(waits, t.b.Beside.Tasks())
	}
	for _, list := range waits {
		for _, task := range list {
			if task.Deadline > 0 {
				t.note(task)
			}
		}
	}
	heap.Init(&t.limited)
	t.most = 2 * len(t.limited.tasks)
}

func (t *timers) remove(task *chunk.Task) bool {
	at := slices.Index(t.retries.tasks, task)
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
	for _, h := range []*byTime{&t.retries, &t.limited} {
		if len(h.tasks) > 0 {
			at = min(at, h.time(h.tasks[0]))
		}
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

// fire makes the retries ready whose time has come, has somebody look at struck inputs, and has those settled that
// have waited too long.
func (b *Backlog) fire() {
	b.mu.Lock()
	if b.stopped {
		b.mu.Unlock()
		return
	}
	b.firing.Add(1)
	defer b.firing.Done()
	now, n := b.Now(), 0
	late := b.timers.late(now)
	for r := &b.timers.retries; r.before(now); n++ {
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
	for _, t := range late {
		b.Late(t)
	}
}

// Join waits until nothing is settled any more since its time was up. Stop was called.
func (b *Backlog) Join() { b.firing.Wait() }

// late takes out what has waited too long. What executes is cut by its container, and noted anew when it comes back.
func (t *timers) late(now time.Duration) (late []*chunk.Task) {
	for t.limited.before(now) {
		task := heap.Pop(&t.limited).(*chunk.Task)
		delete(t.noted, task)
		if t.b.remove(task) || (t.b.Beside != nil && t.b.Beside.Remove(task)) {
			late = append(late, task)
		}
	}
	return late
}

// byTime is a heap by a time of its tasks; at equal times the lower index first.
type byTime struct {
	tasks []*chunk.Task
	time  func(*chunk.Task) time.Duration
}

func (h *byTime) Len() int { return len(h.tasks) }

func (h *byTime) Less(i, j int) bool {
	a, b := h.tasks[i], h.tasks[j]
	if at, bt := h.time(a), h.time(b); at != bt {
		return at < bt
	}
	return a.Index < b.Index
}

func (h *byTime) Swap(i, j int) { h.tasks[i], h.tasks[j] = h.tasks[j], h.tasks[i] }

func (h *byTime) Push(x any) { h.tasks = append(h.tasks, x.(*chunk.Task)) }

func (h *byTime) Pop() any {
	last := len(h.tasks) - 1
	t := h.tasks[last]
	h.tasks[last] = nil
	h.tasks = h.tasks[:last]
	return t
}

// before reports that the first of it is due.
func (h *byTime) before(now time.Duration) bool { return len(h.tasks) > 0 && h.time(h.tasks[0]) <= now }
