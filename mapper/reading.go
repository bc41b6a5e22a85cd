package mapper

import (
	"sync"
	"sync/atomic"
)

// reading is how the results of a run come to its one reader.
type reading struct {
	h    *handle
	room int // of the channel

	mu     sync.Mutex
	read   bool
	unread atomic.Bool
	sent   chan struct{} // closed when the sender has ended, or is parked; nil without one
	done   chan struct{} // closed when Wait would return; nil before somebody has asked for it
}

// How many results may wait in a channel at most, where a run is made for one and where
// it may be asked for one. They are part of Outstanding: the window is smaller by as many.
const (
	channelRoom = 128
	handleRoom  = 64
)

func newReading(h *handle, room int) reading {
	room = min(room, h.opts.Outstanding/8, h.opts.Outstanding-h.opts.Containers)
	room = max(room, 0)
	h.e.Bound(h.opts.Outstanding - room)
	return reading{h: h, room: room}
}

// claim makes the caller the reader of the run, if it is the first.
func (r *reading) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	mine := !r.read
	r.read = true
	return mine
}

// doneChannel is that of Run.Done. Whoever asks first has a goroutine wait: a run that nobody asks costs nothing.
func (r *reading) doneChannel() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done == nil {
		r.done = make(chan struct{})
		go r.tellDone(r.done)
	}
	return r.done
}

// tellDone waits as Run.Wait does.
func (r *reading) tellDone(done chan struct{}) {
	defer close(done)
	r.h.join()
	r.isUnread()
}

// isUnread reports that results wait for a reader after the end. Once the reader may have left,
// that is known as soon as what is finished is in the channel.
func (r *reading) isUnread() bool {
	r.mu.Lock()
	sending := r.sent != nil
	r.mu.Unlock()
	if !sending {
		return false
	}
	select {
	case <-r.h.e.Caller().Done():
	case <-r.h.e.Stopped():
	default:
		return false
	}
	<-r.sent
	return r.unread.Load()
}
