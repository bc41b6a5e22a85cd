package backlog

import (
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// A batch that fails for good with one error for all says only that some of its inputs are bad.
// They are executed once more, in two parts, each a batch by itself, and so on: in the end the
// bad ones fail alone. A part waits for no time and for no others. The lowest is taken first, so
// that one batch is through before the next has begun to be searched.

// Split takes the inputs that are left of a batch of n that has failed as a whole. Where others
// of it have retries left, they are one part of it.
func (b *Backlog) Split(tasks []*chunk.Task, n int) {
	slices.SortFunc(tasks, func(a, b *chunk.Task) int { return a.Index - b.Index })
	first := tasks
	if len(tasks) == n {
		first = tasks[:n/2]
	}
	b.mu.Lock()
	for _, part := range [][]*chunk.Task{first, tasks[len(first):]} {
		for _, t := range part {
			t.Apart, t.Part = true, part[0].Index
			b.queue(t)
		}
	}
	b.mu.Unlock()
	b.Wake(nobody)
}

// Parted reports that a part of a failed batch waits.
func (b *Backlog) Parted() bool { return b.parted.Load() > 0 }

// TakePart returns the lowest part, or its first n inputs; nil where there is none.
func (b *Backlog) TakePart(n int) (part []*chunk.Chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.parts) > 0 && len(part) < n && (part == nil || b.parts[0].Part == part[0].Task.Part) {
		b.parted.Add(-1)
		part = append(part, b.Free.Attempt(shift(&b.parts)))
	}
	return part
}
