package intake

import (
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/park"
)

// puller is the goroutine that pulls an iterator, as others see it, or those who submit in its place.
type puller struct {
	entry  *Entry      // of those; nil where there is an iterator
	space  park.Waiter // it waits here, when there is no room
	done   chan struct{}
	lost   chan struct{} // closed when nobody waits for it any more
	joined atomic.Bool
}

func newPuller() puller {
	return puller{space: park.NewWaiter(), done: make(chan struct{}), lost: make(chan struct{})}
}

// pull is the puller's goroutine. each returns when nothing more comes; then ended is called, with a
// panic if it was one.
func (p *puller) pull(each func(), ended func(*Panicked)) {
	returned := false
	defer func() {
		var failure *Panicked
		if !returned {
			failure = &Panicked{Value: recover(), Stack: string(debug.Stack())}
		}
		close(p.done)
		ended(failure)
	}()
	each()
	returned = true
}

// Room implements [Pulled].
func (p *puller) Room() {
	if p.entry != nil {
		p.entry.wake()
		return
	}
	p.space.Wake()
}

// Join implements [Pulled]. It waits for as long as grace only once.
// Whoever joins waits on channels: a lock held for the grace would stop the clock of a
// synctest bubble.
func (p *puller) Join(grace time.Duration) {
	if p.entry != nil {
		p.entry.join(grace)
		return
	}
	if p.joined.CompareAndSwap(false, true) {
		defer time.AfterFunc(grace, func() { close(p.lost) }).Stop()
	}
	select {
	case <-p.done:
	case <-p.lost:
	}
}
