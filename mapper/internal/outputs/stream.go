package outputs

import (
	"runtime"
	"slices"
	"sync"
)

// maxSlack is how many results of a streaming run are taken ahead of the reader at most,
// so that not each costs a wake.
const maxSlack = 64

// Stream is what comes of one run, between the buffers of its inputs and its reader.
type Stream[In, Out any] struct {
	ordered        bool
	all            bool // ReturnExceptions
	slack          int
	news           chan struct{} // wakes the reader
	credit         chan struct{} // wakes the drain
	drained        chan struct{} // closed when the drain has ended
	settled        int           // the drain's own: inputs that have a result, or never will
	causeDelivered bool          // likewise: some output says why the run has ended

	mu       sync.Mutex
	added    int                // inputs
	line     []*Buffer[In, Out] // in order: the buffer that the reader is at, and all after it
	first    *Buffer[In, Out]   // the list of those that have something for the reader
	last     *Buffer[In, Out]
	results  int   // of the run, so far
	passed   int   // buffers read to their end
	waiting  bool  // the drain waits for credit
	gone     bool  // the reader has left
	complete bool  // whatever is to come is in the list
	cause    error // why that is so, where no buffer says it
}

// Options says in which order outputs come and how far the run goes ahead of the reader.
type Options struct {
	Unordered   bool
	All         bool // a failure is an output like any other, and not the last
	Outstanding int
	Containers  int
}

// New makes a stream that nothing has been started for.
func New[In, Out any](opts Options) *Stream[In, Out] {
	return &Stream[In, Out]{
		ordered: !opts.Unordered,
		all:     opts.All,
		slack:   min(max(opts.Outstanding-opts.Containers, 0)/8, maxSlack),
		news:    make(chan struct{}, 1),
		credit:  make(chan struct{}, 1),
		drained: make(chan struct{}),
	}
}

// Slack is how many results of the run are taken ahead of the reader at most.
func (s *Stream[In, Out]) Slack() int { return s.slack }

// Add makes the buffer of the next input, on the goroutine that pulls the inputs. In order,
// the reader awaits it if it is the first in the line, and otherwise when its turn comes.
func (s *Stream[In, Out]) Add(in In) *Buffer[In, Out] {
	p := &Buffer[In, Out]{s: s, In: in, awaited: true}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.index = s.added
	s.added++
	if s.ordered {
		p.awaited = len(s.line) == 0
		s.line = append(s.line, p)
	}
	return p
}

// list notes that a buffer has something for the reader.
func (s *Stream[In, Out]) list(p *Buffer[In, Out]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.first = p
	} else {
		s.last.link = p
	}
	s.last = p
}

// unlist takes the first buffer off the list, nil if there is none. The caller holds s.mu.
func (s *Stream[In, Out]) unlist() *Buffer[In, Out] {
	p := s.first
	if p == nil {
		return nil
	}
	s.first, p.link = p.link, nil
	if s.first == nil {
		s.last = nil
	}
	return p
}

// glances is how often the reader looks again before it sleeps: a producer that is about
// to push need not wake it then.
const glances = 16

// next waits for a buffer in the list, and returns nil when nothing more will come.
func (s *Stream[In, Out]) next() *Buffer[In, Out] {
	for turn := 0; ; turn++ {
		s.mu.Lock()
		p := s.unlist()
		over := p == nil && s.complete
		s.mu.Unlock()
		switch {
		case p != nil || over:
			return p
		case turn < glances:
			runtime.Gosched()
		default:
			<-s.news
		}
	}
}

// pass notes that a buffer, in order the first of the line, is read to its end.
func (s *Stream[In, Out]) pass() {
	s.mu.Lock()
	s.passed++
	wake := s.waiting && s.results-s.passed <= s.slack/2
	if wake {
		s.waiting = false
	}
	var head *Buffer[In, Out]
	if s.ordered {
		s.line[0] = nil
		s.line = s.line[1:]
		if len(s.line) > 0 {
			head = s.line[0]
		}
	}
	s.mu.Unlock()
	if wake {
		nudge(s.credit)
	}
	if head != nil {
		head.await()
	}
}

// ahead counts a result and waits until the reader is near: the run takes it that what
// was counted is delivered, and takes further inputs for it. It reports false if the
// reader has left.
//
// The reader does come near: if there are more results than it has passed buffers, then one
// of these has ended and is not passed, and in order it is the first of the line, since
// results come in that order.
func (s *Stream[In, Out]) ahead() bool {
	s.mu.Lock()
	s.results++
	for s.results-s.passed > s.slack && !s.gone && !s.complete {
		s.waiting = true
		s.mu.Unlock()
		<-s.credit
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	return !s.gone
}

// missing returns the buffers of the inputs from lo to hi that the reader has not passed:
// where an ordered run ends early, it leaves out what is not finished.
func (s *Stream[In, Out]) missing(lo, hi int) []*Buffer[In, Out] {
	if !s.ordered || lo >= hi {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.line) == 0 {
		return nil
	}
	first := s.line[0].index
	return slices.Clone(s.line[max(lo-first, 0):max(hi-first, 0)])
}

// close says that whatever is to come is in the list, or gets there by what the reader
// does. The first to say so gives the cause.
func (s *Stream[In, Out]) close(cause error) {
	s.mu.Lock()
	if !s.complete {
		s.complete, s.cause = true, cause
	}
	s.mu.Unlock()
	nudge(s.news)
}
