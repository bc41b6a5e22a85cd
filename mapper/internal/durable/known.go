package durable

import (
	"math/bits"
	"sync/atomic"
)

// known is a bit for each input that the log knows, of an iterator for those in the window. It is
// set before anybody can claim the input.
type known struct {
	words []atomic.Uint64
	mask  int // of positions
}

// newKnown has room for so many inputs at a time.
func newKnown(size int) known {
	words := 1
	for 64*words < size {
		words *= 2
	}
	return known{words: make([]atomic.Uint64, words), mask: 64*words - 1}
}

func (k *known) place(i int) (*atomic.Uint64, uint64) {
	i &= k.mask
	return &k.words[i/64], 1 << (i % 64)
}

func (k *known) set(i int, yes bool) {
	if word, bit := k.place(i); yes {
		word.Or(bit)
	} else {
		word.And(^bit)
	}
}

// count is how many there are.
func (k *known) count() (n int) {
	for i := range k.words {
		n += bits.OnesCount64(k.words[i].Load())
	}
	return n
}

func (k *known) get(i int) bool {
	word, bit := k.place(i)
	return word.Load()&bit != 0
}

// stretch is how many of the n inputs from lo on are like the first, and whether they are known.
func (k *known) stretch(lo, n int) (same int, yes bool) {
	yes = k.get(lo)
	for same = 1; same < n && k.get(lo+same) == yes; same++ {
	}
	return same, yes
}
