package rules

import "slices"

// mostStretches bounds how finely probes cut up what was given back. With more stretches than that, a probe takes the
// first input of one, which makes no further.
const mostStretches = 1024

// Stretch is the inputs from Lo up to, and without, Hi.
type Stretch struct{ Lo, Hi int }

// Len is the number of inputs.
func (s Stretch) Len() int { return s.Hi - s.Lo }

// Stretches are the fresh inputs that were taken and given back: a sorted list of stretches that do not touch. The rest of
// what is fresh is one stretch beyond them all, which is not in the list.
//
// The zero value is an empty list. A Stretches is not safe for concurrent use.
type Stretches struct {
	list  []Stretch
	total int
}

// Len is the number of inputs.
func (s *Stretches) Len() int { return s.total }

// Add gives the inputs from lo up to hi back. None of them may be in the list; an empty stretch is none.
func (s *Stretches) Add(lo, hi int) {
	if lo >= hi {
		return
	}
	s.total += hi - lo
	at := s.after(lo)
	left := at > 0 && s.list[at-1].Hi == lo
	right := at < len(s.list) && s.list[at].Lo == hi
	switch {
	case left && right:
		s.list[at-1].Hi = s.list[at].Hi
		s.list = slices.Delete(s.list, at, at+1)
	case left:
		s.list[at-1].Hi = hi
	case right:
		s.list[at].Lo = lo
	default:
		s.list = slices.Insert(s.list, at, Stretch{lo, hi})
	}
}

// after is the position of the first stretch that begins after the input.
func (s *Stretches) after(input int) int {
	at, _ := slices.BinarySearchFunc(s.list, input, func(r Stretch, input int) int { return r.Lo - input - 1 })
	return at
}

// TakeLowest takes at most n inputs out of the list, those of the lowest numbers that stand in a row. It returns an empty
// stretch if there is none.
func (s *Stretches) TakeLowest(n int) Stretch {
	if n <= 0 || len(s.list) == 0 {
		return Stretch{}
	}
	first := s.list[0]
	taken := Stretch{first.Lo, min(first.Lo+n, first.Hi)}
	s.cut(0, taken)
	return taken
}

// TakeHighest takes the input of the highest number out of the list: of calls, which have no other order, the newest.
func (s *Stretches) TakeHighest() (input int, ok bool) {
	at := len(s.list) - 1
	if at < 0 {
		return 0, false
	}
	input = s.list[at].Hi - 1
	s.cut(at, Stretch{input, input + 1})
	return input, true
}

// Probe draws an input from the list and from the stretch beyond it, uniformly at random; draw(n) returns a number from 0
// to n-1. An input of the list is taken out of it. One of beyond is the caller's to take, who then adds what stands
// before it. It reports false if there is no input.
//
// Random, because every order has a pattern that defeats it: the middle of the longest stretch, say, hits nothing but
// poison where every second input is bad.
func (s *Stretches) Probe(beyond Stretch, draw func(n int) int) (input int, ok bool) {
	outer := max(beyond.Len(), 0)
	if s.total+outer == 0 {
		return 0, false
	}
	if len(s.list) >= mostStretches {
		return s.probeFirst(beyond, draw), true
	}
	k := draw(s.total + outer)
	for at, r := range s.list {
		if k < r.Len() {
			input = r.Lo + k
			s.cut(at, Stretch{input, input + 1})
			return input, true
		}
		k -= r.Len()
	}
	return beyond.Lo + k, true
}

// probeFirst draws the first input of some stretch, so that none is cut in two.
func (s *Stretches) probeFirst(beyond Stretch, draw func(n int) int) (input int) {
	n := len(s.list)
	if beyond.Len() > 0 {
		n++
	}
	at := draw(n)
	if at == len(s.list) {
		return beyond.Lo
	}
	input = s.list[at].Lo
	s.cut(at, Stretch{input, input + 1})
	return input
}

// cut takes part out of the stretch at that position.
func (s *Stretches) cut(at int, part Stretch) {
	s.total -= part.Len()
	r := s.list[at]
	switch {
	case part == r:
		s.list = slices.Delete(s.list, at, at+1)
	case part.Lo == r.Lo:
		s.list[at].Lo = part.Hi
	case part.Hi == r.Hi:
		s.list[at].Hi = part.Lo
	default:
		s.list[at].Hi = part.Lo
		s.list = slices.Insert(s.list, at+1, Stretch{part.Hi, r.Hi})
	}
}
