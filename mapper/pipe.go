package mapper

import (
	"context"
	"slices"
	"sync"
)

// reach is how many outputs of one input may wait for the reader, those that it has
// taken and not yet yielded included. It takes half as many at once.
const reach = 16

// pipe is where the outputs of one input wait for the reader. It has one producer, the
// attempt, and one consumer, the reader; anyone may end it. Where its lock and that of the
// streaming are both held, its own was the first.
//
// A pipe of which the reader knows nothing new is awaited: whoever changes that lists it,
// once. So a pipe is at most once in the list, and the reader looks at no other. Both
// happen under its lock: whoever has ended a pipe knows then that it is in the list, even
// if it was somebody else who put it there.
type pipe[In, Out any] struct {
	s      *streaming[In, Out]
	index  int
	in     In
	number int            // of outputs yielded; the reader's own
	link   *pipe[In, Out] // the next in the list; the list's own

	room chan struct{} // wakes the producer; it makes it when it first has to wait

	mu      sync.Mutex
	buf     []Out
	taken   int  // outputs in the reader's hands
	awaited bool // whoever has something for the reader must list the pipe
	blocked bool // the producer waits for room
	ended   bool // nothing more comes
	read    bool // ended, and the reader knows it
	err     error
}

// push adds an output. It waits for room, and reports false if the output comes too
// late: the attempt's context or the pipe has ended.
func (p *pipe[In, Out]) push(ctx context.Context, v Out) bool {
	for ctx.Err() == nil {
		p.mu.Lock()
		switch {
		case p.ended:
			p.mu.Unlock()
			return false
		case len(p.buf)+p.taken < reach:
			p.buf = append(p.buf, v)
			p.tell()
			return true
		}
		if p.room == nil {
			p.room = make(chan struct{}, 1)
		}
		p.blocked = true
		p.mu.Unlock()
		select {
		case <-p.room:
		case <-ctx.Done():
		}
	}
	return false
}

// tell lists the pipe if it is awaited. The caller holds p.mu, and tell unlocks it.
func (p *pipe[In, Out]) tell() {
	awaited := p.awaited
	if awaited {
		p.awaited = false
		p.s.list(p)
	}
	p.mu.Unlock()
	if awaited {
		nudge(p.s.news)
	}
}

// end ends the pipe, after what it holds, and reports false if the reader has been told
// of another end. That happens when an attempt was timed out or abandoned between the end
// of its iterator and its own.
func (p *pipe[In, Out]) end(err error) bool {
	p.mu.Lock()
	if p.read {
		p.mu.Unlock()
		return false
	}
	p.ended = true
	if err != nil {
		p.err = err
	}
	p.tell()
	return true
}

// drop ends the pipe of an input that will have no result, without what it holds, unless
// its iterator has ended.
func (p *pipe[In, Out]) drop() {
	p.mu.Lock()
	if !p.ended {
		p.ended = true
		p.buf = nil
	}
	p.tell()
}

// await asks the pipe to list itself, now or when it has something.
func (p *pipe[In, Out]) await() {
	p.mu.Lock()
	p.awaited = true
	if len(p.buf) > 0 || p.ended {
		p.tell()
		return
	}
	p.mu.Unlock()
}

// take fills batch and gives back the room of the last one. If there is nothing, the
// pipe is over or awaited.
func (p *pipe[In, Out]) take(batch []Out) (n int, over bool) {
	p.mu.Lock()
	n = copy(batch, p.buf)
	p.buf = slices.Delete(p.buf, 0, n)
	p.taken = n
	if n == 0 {
		over = p.ended
		p.read, p.awaited = over, !over
	}
	room := p.blocked && len(p.buf)+n < reach
	if room {
		p.blocked = false
	}
	p.mu.Unlock()
	if room {
		nudge(p.room)
	}
	return n, over
}

// failure is the last output of a pipe that was read to its end.
func (p *pipe[In, Out]) failure() Output[In, Out] {
	return Output[In, Out]{Index: p.index, Number: p.number, Input: p.in, Err: p.err}
}

// nudge wakes the one who waits for the channel, now or the next time.
func nudge(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// input is what observers are shown of the pipe.
func (p *pipe[In, Out]) input() any { return p.in }
