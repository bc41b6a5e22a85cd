package main

import (
	"fmt"
	"runtime"
)

// A heap is watched over many rounds: what each leaves is little, and all of it is a leak.
type heap struct {
	rounds int
	base   uint64
}

const (
	warm     = 20       // rounds until nothing is used for the first time
	between  = 20       // rounds between two looks
	allowed  = 16 << 20 // bytes more than then
	perRound = 8 << 10  // and for each round: the runtime's own, and what the tally keeps
)

// check is called after each round.
func (h *heap) check() error {
	h.rounds++
	if h.rounds < warm || h.rounds%between != 0 {
		return nil
	}
	now := live()
	if h.base == 0 {
		h.base = now
	}
	if most := h.base + allowed + uint64(h.rounds)*perRound; now > most {
		return fmt.Errorf("%d bytes live after %d rounds, %d after %d", now, h.rounds, h.base, warm)
	}
	return nil
}

func live() uint64 {
	runtime.GC()
	runtime.GC() // what pools and finalizers held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
