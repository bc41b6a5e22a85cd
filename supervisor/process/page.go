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
	phaseUnheard     // the worker and its parent do not understand each other any more, while an input executed
	phaseUnheardIdle // and while none did
)

const phaseBits = 3

func (p *page) enter(phase uint64) { p.word.Store(phase) }
func (p *page) begin(seq uint64)   { p.word.Store(seq<<phaseBits | phaseInput) }

// rest ends a batch. The number of the last input stays.
func (p *page) rest() {
	_, seq := p.read()
	p.word.Store(seq<<phaseBits | phaseIdle)
}

func (p *page) unheard() {
	phase, seq := p.read()
	if phase == phaseInput {
		p.word.Store(seq<<phaseBits | phaseUnheard)
	} else {
		p.word.Store(seq<<phaseBits | phaseUnheardIdle)
	}
}

// read returns the phase and the last input that was begun, 0 for none.
func (p *page) read() (phase, seq uint64) {
	w := p.word.Load()
	return w & (1<<phaseBits - 1), w >> phaseBits
}
