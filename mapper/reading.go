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
	seen   bool // the sender has seen the reader after the end of the context
	unread atomic.Bool
	sent   chan struct{} // closed when the sender has ended; nil without one
}

// How many results may wait in a channel at most, where a run is made for one and where
// it may be asked for one. They are part of Outstanding: the window is smaller by as many.
const (
	channelRoom = 128
	handleRoom  = 64
)

func newReading(h *handle, room int) reading {
	room = min(room, h.opts.Outstanding/8)
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

// dropped reports that results were dropped. Once the reader may have left, that is
// known as soon as the sender has made up its mind.
func (r *reading) dropped() bool {
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
