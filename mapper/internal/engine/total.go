package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// The time of an input, from its first attempt on: what runs is cut, and what waits does not begin again. What waits
// is seen to by the backlog, where it does.

// limit is how long the attempt may take that executes.
func (w *Worker) limit() time.Duration {
	if w.s.Total == 0 {
		return w.s.Timeout
	}
	return time.Duration(w.allowed.Load())
}

// allow gives an attempt that begins now the time that it has.
func (w *Worker) allow(t *chunk.Task, now time.Duration) {
	limit, cut := w.s.allowed(t, now)
	w.allowed.Store(int64(limit))
	w.cut.Store(cut)
}

// allowed is how long an attempt may take that begins now, and whether that is all that its input has left.
func (s *Scheduler) allowed(t *chunk.Task, now time.Duration) (limit time.Duration, cut bool) {
	left := s.Total
	if t != nil && t.Deadline > 0 {
		left = max(t.Deadline-now, 1)
	}
	if left > 0 && left <= s.Timeout {
		return left, true
	}
	return s.Timeout, false
}

// task is that of an input of a chunk, the attempt of which has ended.
func (w *Worker) task(ch *chunk.Chunk, i int) *chunk.Task {
	t := ch.TaskOf(i)
	if w.s.Total > 0 && t.Deadline == 0 {
		t.Deadline = beganAt(w.latest.Load()) + w.s.Total
	}
	return t
}

// firstOf is the task of a batch whose time is up first, nil if none has begun before.
func firstOf(batch []*chunk.Chunk) (first *chunk.Task) {
	for _, ch := range batch {
		if t := ch.Task; t != nil && t.Deadline > 0 && (first == nil || t.Deadline < first.Deadline) {
			first = t
		}
	}
	return first
}

// timeIsUp reports that an input would begin again too late, and has its error say so.
func (r *Run) timeIsUp(t *chunk.Task, begins time.Duration) bool {
	if t.Deadline == 0 || begins < t.Deadline {
		return false
	}
	t.Err = r.s.TotalError(r.s.Total, t.Err, nil)
	return true
}
