package backlog

import (
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// SetAside keeps an input that the end of the run leaves unsettled.
func (b *Backlog) SetAside(t *chunk.Task) {
	b.mu.Lock()
	b.aside = append(b.aside, t)
	b.mu.Unlock()
}

// Stop is told that the run is over: nothing is retried any more, or waits for a control.
func (b *Backlog) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return
	}
	b.stopped = true
	b.Control.waiting.Add(-b.crowd.Load())
	if b.timers.timer != nil {
		b.timers.timer.Stop()
	}
}

// Returned is the fresh inputs that were claimed and given back.
func (b *Backlog) Returned() []*chunk.Chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.returned.list)
}

// Unsettled returns, once the run is joined, everything that it leaves unsettled, each once.
func (b *Backlog) Unsettled() (tasks []*chunk.Task, chunks []*chunk.Chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, list := range [][]*chunk.Task{b.struck, b.parts, b.dueRetries, b.timers.retries.tasks, b.aside} {
		tasks = append(tasks, list...)
	}
	b.wait(int32(-len(b.struck)))
	chunks = b.returned.list
	b.struck, b.parts, b.dueRetries, b.timers.retries.tasks, b.aside, b.returned.list = nil, nil, nil, nil, nil, nil
	return tasks, chunks
}
