package process

import "sync/atomic"

// page is the status page, memory that parent and worker share: it outlives the worker and
// says which input killed it. The worker stores one word for each input that it begins,
// which costs a thousandth of a frame; the parent reads it when the worker is dead.
//
// The word is a phase in the low bits and a sequence number above them, so that
// both always belong together.
type page struct {
	word *atomic.Uint64
	free func()
}

const (
	phaseStart = iota // a new page is all zero
	phaseMain         // it has come to Main
	phaseIdle
	phaseInput
	phaseExit
	phaseUnheard // the worker and its parent do not understand each other any more; with the input that executed, or 0
)

const phaseBits = 3

func (p *page) enter(phase uint64) { p.word.Store(phase) }
func (p *page) begin(seq uint64)   { p.word.Store(seq<<phaseBits | phaseInput) }

func (p *page) unheard() {
	_, seq := p.read()
	p.word.Store(seq<<phaseBits | phaseUnheard)
}

func (p *page) read() (phase, seq uint64) {
	w := p.word.Load()
	return w & (1<<phaseBits - 1), w >> phaseBits
}
