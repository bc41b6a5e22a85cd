package cluster

import (
	"encoding/binary"

	"github.com/longshore-go/longshore/supervisor"
)

// weight is what a container uses of memory and may use, in bytes, as its worker says now and then.
type weight struct{ used, limit int64 }

const weightSize = 16

func (w weight) pack() []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, weightSize), uint64(w.used))
	return binary.LittleEndian.AppendUint64(b, uint64(w.limit))
}

// parseWeight reads a weight, and reports false for anything else.
func parseWeight(src []byte) (w weight, ok bool) {
	if len(src) != weightSize {
		return weight{}, false
	}
	w = weight{int64(binary.LittleEndian.Uint64(src)), int64(binary.LittleEndian.Uint64(src[8:]))}
	return w, w.used >= 0 && w.limit >= 0
}

// worth reports that somebody may want to know of the change: it is more than a part in 32.
func (w weight) worth(before weight) bool {
	change := w.used - before.used
	return w.limit != before.limit || max(change, -change) > before.used/32
}

// weigh tells callers what their containers use.
func (w *worker) weigh() {
	w.mu.Lock()
	all := make([]*held, 0, len(w.leases))
	for _, h := range w.leases {
		all = append(all, h)
	}
	w.mu.Unlock()
	for _, h := range all {
		h.weigh()
	}
}

func (h *held) weigh() {
	h.mu.Lock()
	gauge, ok := h.inst.(supervisor.Gauge)
	if h.last.kind != 0 {
		ok = false
	}
	h.mu.Unlock()
	if !ok {
		return
	}
	used, limit := gauge.Memory()
	now := weight{used, limit}
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.worth(h.weight) {
		h.weight = now
		h.tell(frame{kind: weighed, payload: now.pack()})
	}
}

// Memory implements supervisor.Gauge: what the worker said last.
func (l *lease) Memory() (used, limit int64) {
	if w := l.weight.Load(); w != nil {
		return w.used, w.limit
	}
	return 0, 0
}

// Unheard implements supervisor.Outbox.
func (l *lease) Unheard() bool { return len(l.frames) > 0 || l.fetching.Load() }
