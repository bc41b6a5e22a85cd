package cluster

import (
	"errors"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// repeat answers a request that has come again.
func (h *held) repeat() {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.last.kind != 0:
		h.tell(h.last)
	case h.first.kind != 0:
		h.tell(h.first)
	}
}

// take is what the connection calls with each message. It never blocks.
func (h *held) take(part frame) {
	f, whole := h.parts.add(part)
	if !whole {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch f.kind {
	case batch:
		h.takeBatch(f)
	case drain:
		if h.last.kind != 0 {
			h.tell(h.last)
		} else if len(h.frames) == 0 { // else it is asked for again
			h.queue(f)
		}
	case poll, fetch:
		h.answer(f)
	case stop:
		if f.chunk == h.chunk && h.cancel != nil {
			h.cancel(causeOf(f))
		}
	case destroy:
		if h.last.kind != 0 {
			h.tell(h.last)
		}
		h.end(causeOf(f))
	}
}

// takeBatch takes the next chunk, once. The caller holds mu.
func (h *held) takeBatch(f frame) {
	switch {
	case h.last.kind != 0:
		h.tell(h.last)
	case f.chunk == h.taken+1 && f.chunk == h.chunk+1: // and no copy of it: codecs have a state, and inputs an effect
		h.taken = f.chunk
		if len(f.payload) >= heavy {
			h.tell(frame{kind: arrived, chunk: f.chunk})
		}
		h.queue(f)
	}
}

func (h *held) queue(f frame) {
	select {
	case h.frames <- f:
	default:
	}
}

// answer says what has become of a chunk. The caller holds mu.
func (h *held) answer(f frame) {
	if f.chunk == h.taken && len(f.payload) > 0 {
		h.tell(frame{kind: arrived, chunk: f.chunk})
	}
	switch {
	case f.chunk == h.chunk && h.out != nil:
		h.out.again(f.at, f.kind == fetch)
	case h.last.kind != 0:
		h.tell(h.last)
	case f.chunk == h.taken+1:
		h.tell(frame{kind: missing, chunk: f.chunk})
	}
}

var errUntold = errors.New("cluster: the caller has ended it")

// causeOf is the cause that a frame carries.
func causeOf(f frame) error {
	if err, _, bad := wire.ParseError(f.payload); bad == nil && err != nil {
		return err
	}
	return errUntold
}
