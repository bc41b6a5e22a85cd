package intake

// spans is a list of spans in the order of their indices, which is taken from at both ends. It is not safe for
// concurrent use.
type spans struct {
	list   []span
	head   int // what is before it was taken
	inputs int
}

// span is what is left of a span: the inputs from lo to hi, whose first ever has the index start.
type span struct {
	Span
	start  int
	lo, hi int
}

func (s span) index() int { return s.start + s.lo }
func (s span) end() int   { return s.start + s.hi }

func (s *spans) any() bool    { return s.head < len(s.list) }
func (s *spans) first() *span { return &s.list[s.head] }
func (s *spans) last() *span  { return &s.list[len(s.list)-1] }

func (s *spans) push(one span) {
	s.inputs += one.hi - one.lo
	if s.head > len(s.list)/2 { // else what was taken in front stays for ever
		n := copy(s.list, s.list[s.head:])
		clear(s.list[n:])
		s.list, s.head = s.list[:n], 0
	}
	s.list = append(s.list, one)
}

// popFront takes at most n inputs, those of the lowest indices.
func (s *spans) popFront(n int) span {
	first := s.first()
	part := *first
	part.hi = min(part.lo+n, part.hi)
	s.inputs -= part.hi - part.lo
	if first.lo = part.hi; first.lo == first.hi {
		*first = span{}
		s.head++
	}
	return part
}

// popBack takes at most n inputs, those of the highest indices.
func (s *spans) popBack(n int) span {
	last := s.last()
	part := *last
	part.lo = max(part.hi-n, part.lo)
	s.inputs -= part.hi - part.lo
	if last.hi = part.lo; last.lo == last.hi {
		*last = span{}
		s.list = s.list[:len(s.list)-1]
	}
	return part
}
