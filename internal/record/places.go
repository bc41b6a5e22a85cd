package record

import (
	"bytes"
	"slices"

	"github.com/longshore-go/longshore/internal/logbook"
)

// places says which row is which input's. While the inputs are those of the last life, in their
// order, that is the one with its index, and nothing is kept in memory. Where they are not, the rows
// that are at other places are strays, which are found by their keys.
type places struct {
	strays []stray
	moved  map[int]int64      // the rows of inputs that are not at their index
	taken  map[int64]struct{} // the places of strays: no other input's row may replace them
	free   int64              // the next place that nobody has
}

// stray is a row that is not at the index of an input which it is of.
type stray struct {
	key     logbook.Key
	idx     int64
	state   int64
	claimed bool
}

// of is the place of the row of input i, its own for ever.
func (p *places) of(i int) int64 {
	if p.taken == nil {
		return int64(i)
	}
	if at, ok := p.moved[i]; ok {
		return at
	}
	if _, taken := p.taken[int64(i)]; !taken {
		return int64(i)
	}
	at := p.free
	p.free--
	p.move(i, at)
	return at
}

func (p *places) move(i int, at int64) {
	if p.moved == nil {
		p.moved = map[int]int64{}
	}
	p.moved[i] = at
}

// add adds a stray.
func (p *places) add(r Found) {
	s := stray{key: r.Key, idx: r.Place, state: r.State}
	if p.taken == nil {
		p.taken = map[int64]struct{}{}
		p.free = -1
	}
	p.strays = append(p.strays, s)
	p.taken[s.idx] = struct{}{}
	p.free = min(p.free, s.idx-1)
}

// sort makes the strays ready for claim. None is added after that.
func (p *places) sort() {
	slices.SortFunc(p.strays, func(a, b stray) int {
		if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
			return c
		}
		if a.idx < b.idx {
			return -1
		}
		return 1
	})
}

// suits says how well a row would be that of input i.
func (s *stray) suits(i int) (n int) {
	if s.state == Succeeded {
		n += 2
	}
	if s.idx == int64(i) {
		n++
	}
	return n
}

// claim gives input i a row of its key that no other input has: rather a success, and then rather
// the one at its index.
func (p *places) claim(i int, key logbook.Key) (state int64, ok bool) {
	at, _ := slices.BinarySearchFunc(p.strays, key, func(s stray, key logbook.Key) int { return bytes.Compare(s.key[:], key[:]) })
	best := -1
	for ; at < len(p.strays) && p.strays[at].key == key; at++ {
		if s := &p.strays[at]; !s.claimed && (best < 0 || s.suits(i) > p.strays[best].suits(i)) {
			best = at
		}
	}
	if best < 0 {
		return 0, false
	}
	s := &p.strays[best]
	s.claimed = true
	if s.idx == int64(i) {
		delete(p.taken, s.idx)
	} else {
		p.move(i, s.idx)
	}
	return s.state, true
}
