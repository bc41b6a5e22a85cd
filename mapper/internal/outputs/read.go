package outputs

// Output is one output of one input, or the failure of the input.
type Output[In, Out any] struct {
	Index  int
	Number int
	Input  In
	Value  Out
	Err    error
}

// Read is the reader: it yields what the buffers have, until nothing more will come.
func (s *Stream[In, Out]) Read(yield func(Output[In, Out]) bool) {
	var failed *Buffer[In, Out] // its failure is the last word
	var batch [size / 2]Out
	for p := s.next(); p != nil; p = s.next() {
		n, over := p.take(batch[:])
		for i := range n {
			out := Output[In, Out]{Index: p.index, Number: p.number, Input: p.In, Value: batch[i]}
			p.number++
			if !yield(out) {
				return
			}
		}
		clear(batch[:n])
		switch {
		case n > 0:
			s.list(p)
		case !over: // it lists itself when it has something
		case p.err == nil:
			s.pass()
		case !s.all:
			failed = p
		case yield(p.failure()):
			s.pass()
		default:
			return
		}
	}
	if failed != nil {
		yield(failed.failure())
	} else if s.cause != nil {
		yield(Output[In, Out]{Index: -1, Err: s.cause})
	}
}
