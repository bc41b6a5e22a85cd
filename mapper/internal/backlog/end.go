package backlog

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// SetAside keeps an input that the end of the run leaves unsettled.
func (b *Backlog) SetAside(t *chunk.Task) {
	b.mu.Lock()
	b.aside = append(b.aside, t)
	b.mu.Unlock()
}

// Stop ends the timer: nothing is retried any more.
func (b *Backlog) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.timer != nil {
		b.timer.Stop()
	}
}

// Unsettled returns, once the run is joined, everything that it leaves unsettled.
func (b *Backlog) Unsettled() (tasks []*chunk.Task, chunks []*chunk.Chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, list := range [][]*chunk.Task{b.crashed, b.dueRetries, b.suspect, b.waiting, b.aside} {
		tasks = append(tasks, list...)
	}
	for _, ch := range b.returned {
		if ch.Task != nil {
			tasks = append(tasks, ch.Task)
		} else {
			chunks = append(chunks, ch)
		}
	}
	b.crashed, b.dueRetries, b.suspect, b.waiting, b.aside, b.returned = nil, nil, nil, nil, nil, nil // each once
	return tasks, chunks
}
