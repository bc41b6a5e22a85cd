package history_test

import (
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// view is a run of which nothing is known but what a test says.
type view struct {
	mapper.View
	about  mapper.About
	mu     sync.Mutex
	counts mapper.Counts
	pool   supervisor.Snapshot
	done   chan struct{}
}

func newView(id uint64) *view {
	return &view{about: mapper.About{ID: id, Name: "work", Started: time.Now()}, done: make(chan struct{})}
}

func (v *view) About() mapper.About                { return v.about }
func (v *view) Done() <-chan struct{}              { return v.done }
func (v *view) Err() error                         { return nil }
func (v *view) Containers() []mapper.ContainerView { return nil }
func (v *view) Value(int) (any, bool)              { return nil, false }

func (v *view) Counts() mapper.Counts {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.counts
}

func (v *view) Pool() supervisor.Snapshot {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pool
}

func (v *view) set(c mapper.Counts, p supervisor.Snapshot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.counts, v.pool = c, p
}

// event is one about an input of a run of its own.
func event(id uint64, kind supervisor.Kind, input int, err error) supervisor.Event {
	return supervisor.Event{Time: time.Now(), Kind: kind, Pool: id, Run: id, Container: -1, Lineage: -1, Input: input, Attempt: 1, Err: err}
}
