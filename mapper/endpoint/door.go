package endpoint

import (
	"sync"

	"github.com/longshore-go/longshore/supervisor"
)

// door lets calls in while the function is in a crash loop that inputs opened. A canary takes the newest call that was
// in no crash, so there is a place for one call that the next canary will try, and one for each container that is idle.
// Whoever asks first after a crash has it: no client's poison can be all that is ever tried.
//
// Counted is what was let in here. What waits in the function was refused as the measure: a run's inputs, or calls of
// before the crash loop, would keep the door shut. So was letting everybody wait: one of them would be tried.
//
// The zero value is ready for use, and safe for concurrent use.
type door struct {
	mu      sync.Mutex
	crashes int // of the pool, when the places were counted
	places  int // that are free until the next crash
}

// enter takes a place, if one is free. After a crash another canary is to come.
func (d *door) enter(pool supervisor.Snapshot) (leave func(), ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if pool.Crashes > d.crashes { // not by a snapshot that is older than another request's
		d.crashes, d.places = pool.Crashes, 1+idle(pool)
	}
	if d.places == 0 {
		return nil, false
	}
	d.places--
	taken := d.crashes
	return func() { d.leave(taken) }, true
}

// leave gives back the place of a call that is settled. One that its client withdraws before a canary has come would
// keep all others out otherwise, and where nobody waits there is no canary.
func (d *door) leave(taken int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if taken == d.crashes {
		d.places++
	}
}

// idle counts the containers that would take a call at once.
func idle(pool supervisor.Snapshot) (n int) {
	for _, c := range pool.Containers {
		if c.State == supervisor.Idle {
			n++
		}
	}
	return n
}
