package attempt

import (
	"context"
	"sync"
)

// Hub tells the contexts of all workers of a run of its end, one after the other. Were each to ask the run's context
// itself, a thousand of them would be a thousand goroutines when that ends. Its methods are safe for concurrent use.
type Hub struct {
	parent context.Context

	mu    sync.Mutex
	asked bool
	over  bool
	links []*link // each knows its place
}

// NewHub is one for contexts that descend from parent.
func NewHub(parent context.Context) *Hub { return &Hub{parent: parent} }

// add has a link be told of the end, at once if that has come.
func (h *Hub) add(l *link) {
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		l.ended()
		return
	}
	l.place = len(h.links)
	h.links = append(h.links, l)
	first := !h.asked
	h.asked = true
	h.mu.Unlock()
	if first {
		context.AfterFunc(h.parent, h.end)
	}
}

// remove is the end of that.
func (h *Hub) remove(l *link) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return
	}
	last := h.links[len(h.links)-1]
	h.links[l.place], last.place = last, l.place
	h.links[len(h.links)-1] = nil
	h.links = h.links[:len(h.links)-1]
}

func (h *Hub) end() {
	h.mu.Lock()
	links := h.links
	h.over, h.links = true, nil
	h.mu.Unlock()
	for _, l := range links {
		l.ended()
	}
}
