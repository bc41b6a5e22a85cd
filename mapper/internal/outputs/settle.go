package outputs

// The other side of the reader: the goroutine that takes the results of the run and ends the
// buffers with them, ahead of the reader by the slack.

// Settled ends the buffer of an input that is settled. It reports false if the reader has
// left. In order, inputs that have no result since the run ended early are passed over.
func (s *Stream[In, Out]) Settled(index int, b *Buffer[In, Out], err error) (more bool) {
	for _, b := range s.missing(s.settled, index) {
		b.drop()
	}
	s.settled = index + 1
	if b.End(err) && err != nil && !s.all {
		s.causeDelivered = true
		s.close(nil) // and not only when what runs has ended, which may take Grace
	}
	return s.ahead()
}

// Said notes that the failure of an input that was settled says why the run has ended.
func (s *Stream[In, Out]) Said() { s.causeDelivered = true }

// Drained says that no more results will come, and why the run has ended, which is asked
// only where no output says it.
func (s *Stream[In, Out]) Drained(why func() error) {
	defer close(s.drained)
	var cause error
	if !s.causeDelivered {
		cause = why()
	}
	s.close(cause)
}

// Leave is the end of the reader: stop ends the run, if it has not ended by itself, and what
// takes its results is joined.
func (s *Stream[In, Out]) Leave(stop func()) {
	s.mu.Lock()
	s.gone = true
	s.mu.Unlock()
	nudge(s.credit)
	stop()
	<-s.drained
}
