package mapper

import (
	"container/list"
	"context"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// line is the calls that wait for a place in a queue, in the order in which they came. The queue's lock guards it.
type line struct {
	calls  list.List    // of *waiting
	length atomic.Int64 // to be read without the lock
}

// waiting is a call in the line.
type waiting struct {
	task   *chunk.Task
	called chan error // nil when it was accepted. Has room for it
}

func (l *line) isEmpty() bool { return l.calls.Len() == 0 }

func (l *line) join(w *waiting) *list.Element {
	at := l.calls.PushBack(w)
	l.length.Store(int64(l.calls.Len()))
	return at
}

func (l *line) remove(at *list.Element) {
	l.calls.Remove(at)
	l.length.Store(int64(l.calls.Len()))
}

// leave empties it.
func (l *line) leave() (all []*waiting) {
	for !l.isEmpty() {
		at := l.calls.Front()
		all = append(all, at.Value.(*waiting))
		l.remove(at)
	}
	return all
}

// await is submit for a call that waits for its place. The errors are that of a closed queue, and the cause of ctx.
func (q *callQueue) await(ctx context.Context, t *chunk.Task) error {
	w := &waiting{task: t, called: make(chan error, 1)}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return q.refused()
	}
	at := q.line.join(w) // before it looks whether there is a place, as who leaves one first leaves and then looks here
	called := q.callUp()
	q.mu.Unlock()
	if called {
		q.run.Wake()
	}
	select {
	case err := <-w.called:
		return err
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case err := <-w.called: // at the same moment
		return err
	default:
		q.line.remove(at)
		return context.Cause(ctx)
	}
}

// left is told that there is a place.
func (q *callQueue) left() {
	q.mu.Lock()
	called := q.callUp()
	q.mu.Unlock()
	if called {
		q.run.Wake()
	}
}

// callUp accepts those that wait, as far as there are places, and reports that there were some. The caller holds the lock.
func (q *callQueue) callUp() (called bool) {
	for !q.line.isEmpty() && q.hasPlace() && !q.closed {
		at := q.line.calls.Front()
		q.line.remove(at)
		w := at.Value.(*waiting)
		q.accept(w.task)
		w.called <- nil
		called = true
	}
	return called
}
