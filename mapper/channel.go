package mapper

import (
	"runtime"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// How a run's results come into its channel. While the run's caller wants results, a goroutine
// sends them and waits for a slow reader. Once the caller's context has ended, or the run was
// stopped, the reader may have left: then it must not wait, and must not lose what is finished
// either. What does not fit into the channel at that moment is parked: a timer looks whether
// there is room, ever less often, and no goroutine is left.

// sender is where the sending of results has come to.
type sender[In, Out any] struct {
	run  *Run[In, Out]
	ch   *chunk.Chunk  // that is sent; nil before the first, and after the last
	at   int           // its next result
	wait time.Duration // between two looks of a parked sender
	idle time.Duration // how long nobody has read
}

// How often a parked sender looks for its reader, and when it gives it up: nobody pauses that
// long between two reads and goes on.
const (
	glances   = 1000 // yields before it is parked: for the sake of a reader who is quick
	firstLook = time.Millisecond
	rareLook  = time.Second
	readerWay = time.Hour
)

// Results returns the results as a channel, the same one at each call. It is closed
// when the run has ended and every result is in it. Read it to the end, cancel the
// run's context, or call Stop: otherwise the run waits for its reader for ever. After
// the end of the context, or Stop, nothing waits for the reader and nothing is lost to
// one who goes on, however slowly: what does not fit into the channel follows as it reads.
// One who has left leaves no goroutine; after an hour without a read the rest is
// dropped. [Run.Wait] reports what is unread. After [Run.All] it is closed and empty.
func (r *Run[In, Out]) Results() <-chan Result[In, Out] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.channel == nil {
		r.channel = make(chan Result[In, Out], r.room)
		if r.read {
			close(r.channel)
		} else {
			r.read = true
			r.sent = make(chan struct{})
			go (&sender[In, Out]{run: r}).send()
		}
	}
	return r.channel
}

// send is the goroutine between the run and its channel.
func (s *sender[In, Out]) send() {
	defer close(s.run.sent)
	for s.next() {
		if !s.sendChunk() && !s.keepUp() {
			s.park()
			return
		}
	}
	s.end()
}

// next has the next chunk at hand, if the last is through. It blocks, and reports false when
// there are no more.
func (s *sender[In, Out]) next() bool {
	if s.ch != nil {
		if s.at < max(s.ch.N, 1) {
			return true
		}
		s.run.h.e.Delivered(s.ch)
	}
	s.ch, s.at = s.run.h.e.Next(), 0
	return s.ch != nil
}

// sendChunk sends the rest of a chunk, and waits for the reader. It reports false where the
// reader may have left.
func (s *sender[In, Out]) sendChunk() bool {
	r := s.run
	return hand(s.ch, s.at, func(res Result[In, Out]) bool {
		select {
		case r.channel <- res:
			s.at++
			return true
		default:
		}
		select {
		case r.channel <- res:
			s.at++
			return true
		case <-r.h.e.Caller().Done():
		case <-r.h.e.Stopped():
		}
		return false
	})
}

// keepUp sends the rest to a reader who is there, and reports whether that was everything.
func (s *sender[In, Out]) keepUp() bool {
	for range glances {
		if s.pump() {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// pump sends as much as fits, and reports whether that was everything.
func (s *sender[In, Out]) pump() bool {
	for s.next() {
		if !hand(s.ch, s.at, s.fits) {
			return false
		}
	}
	return true
}

// fits sends a result if there is room for it.
func (s *sender[In, Out]) fits(res Result[In, Out]) bool {
	select {
	case s.run.channel <- res:
		s.at++
		s.wait, s.idle = firstLook, 0
		return true
	default:
		return false
	}
}

// park leaves the rest to a timer. It is all that is left of the run by then.
func (s *sender[In, Out]) park() {
	s.run.unread.Store(true)
	s.run.h.join()
	s.wait = firstLook
	time.AfterFunc(s.wait, s.look)
}

// look is one look of the timer.
func (s *sender[In, Out]) look() {
	if s.pump() {
		s.run.unread.Store(false)
		s.end()
		return
	}
	if s.idle += s.wait; s.idle > readerWay {
		s.end()
		return
	}
	s.wait = min(2*s.wait, rareLook)
	time.AfterFunc(s.wait, s.look)
}

// end is the end of the channel.
func (s *sender[In, Out]) end() {
	s.run.h.e.Stop() // nothing where the run is over
	s.run.h.join()
	close(s.run.channel)
}

// channelOf is the channel of a run that may have failed to start.
func channelOf[In, Out any](r *Run[In, Out], err error) <-chan Result[In, Out] {
	if err == nil {
		return r.Results()
	}
	failed := make(chan Result[In, Out], 1)
	failed <- Result[In, Out]{Index: -1, Err: err}
	close(failed)
	return failed
}
