package mapper

import "github.com/longshore-go/longshore/mapper/internal/engine"

// Held is the inputs that wait without a container, and why: each is counted where it waits first.
type Held struct {
	Pause  int // could begin, but for a pause
	Rate   int // could begin, but for Options.Rate, Options.Adaptive, or a throttle that is not of one key
	Key    int // wait for their key: its concurrency, its order, its rate or its throttle
	Weight int // wait for room in Options.Capacity
}

// heldOf is what a run holds.
func heldOf(e *engine.Run) (h Held) {
	h.Key, h.Weight = e.Held()
	switch could := e.Could(); {
	case e.Paused():
		h.Pause = could
	case e.Throttled():
		h.Rate = could
	}
	return h
}
