package outputs

import (
	"context"
	"slices"
	"sync"
)

// size is how many outputs of one input may wait for the reader, those that it has
// taken and not yet yielded included. It takes half as many at once.
const size = 16

// Buffer is where the outputs of one input wait for the reader. It has one producer, the
// attempt, and one consumer, the reader; anyone may end it. Where its lock and that of the
// stream are both held, its own was the first.
//
// A buffer of which the reader knows nothing new is awaited: whoever changes that lists it,
// once. So a buffer is at most once in the list, and the reader looks at no other. Both
// happen under its lock: whoever has ended a buffer knows then that it is in the list, even
// if it was somebody else who put it there.
type Buffer[In, Out any] struct {
	s      *Stream[In, Out]
	index  int
	In     In
	number int              // of outputs yielded; the reader's own
	link   *Buffer[In, Out] // the next in the list; the list's own

	room chan struct{} // wakes the producer; it makes it when it first has to wait

	mu      sync.Mutex
	buf     []Out
	taken   int  // outputs in the reader's hands
	awaited bool // whoever has something for the reader must list the buffer
	blocked bool // the producer waits for room
	ended   bool // nothing more comes
	read    bool // ended, and the reader knows it
	err     error
}

// Push adds an output. It waits for room, and reports false if the output comes too
// late: the attempt's context or the buffer has ended. The clock is the attempt's.
func (b *Buffer[In, Out]) Push(ctx context.Context, clock Clock, v Out) bool {
	for ctx.Err() == nil {
		b.mu.Lock()
		switch {
		case b.ended:
			b.mu.Unlock()
			return false
		case len(b.buf)+b.taken < size:
			b.buf = append(b.buf, v)
			b.tell()
			return true
		}
		if b.room == nil {
			b.room = make(chan struct{}, 1)
		}
		b.blocked = true
		b.mu.Unlock()
		b.wait(ctx, clock)
	}
	return false
}

// Clock is that of an attempt.
type Clock interface {
	Pause()
	Resume()
}

// wait waits for room. That is no time of the attempt's: its clock stands.
func (b *Buffer[In, Out]) wait(ctx context.Context, clock Clock) {
	clock.Pause()
	defer clock.Resume()
	select {
	case <-b.room:
	case <-ctx.Done():
	}
}

// tell lists the buffer if it is awaited. The caller holds b.mu, and tell unlocks it.
func (b *Buffer[In, Out]) tell() {
	awaited := b.awaited
	if awaited {
		b.awaited = false
		b.s.list(b)
	}
	b.mu.Unlock()
	if awaited {
		nudge(b.s.news)
	}
}

// End ends the buffer, after what it holds, and reports false if the reader has been told
// of another end. That happens when an attempt was timed out or abandoned between the end
// of its iterator and its own.
func (b *Buffer[In, Out]) End(err error) bool {
	b.mu.Lock()
	if b.read {
		b.mu.Unlock()
		return false
	}
	b.ended = true
	if err != nil {
		b.err = err
	}
	b.tell()
	return true
}

// drop ends the buffer of an input that will have no result, without what it holds, unless
// its iterator has ended.
func (b *Buffer[In, Out]) drop() {
	b.mu.Lock()
	if !b.ended {
		b.ended = true
		b.buf = nil
	}
	b.tell()
}

// await asks the buffer to list itself, now or when it has something.
func (b *Buffer[In, Out]) await() {
	b.mu.Lock()
	b.awaited = true
	if len(b.buf) > 0 || b.ended {
		b.tell()
		return
	}
	b.mu.Unlock()
}

// take fills batch and gives back the room of the last one. If there is nothing, the
// buffer is over or awaited.
func (b *Buffer[In, Out]) take(batch []Out) (n int, over bool) {
	b.mu.Lock()
	n = copy(batch, b.buf)
	b.buf = slices.Delete(b.buf, 0, n)
	b.taken = n
	if n == 0 {
		over = b.ended
		b.read, b.awaited = over, !over
	}
	room := b.blocked && len(b.buf)+n < size
	if room {
		b.blocked = false
	}
	b.mu.Unlock()
	if room {
		nudge(b.room)
	}
	return n, over
}

// failure is the last output of a buffer that was read to its end.
func (b *Buffer[In, Out]) failure() Output[In, Out] {
	return Output[In, Out]{Index: b.index, Number: b.number, Input: b.In, Err: b.err}
}

// nudge wakes the one who waits for the channel, now or the next time.
func nudge(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// Wrapped is an input that observers are shown as its caller knows it: a [Buffer].
type Wrapped interface {
	Shown() any
	wrapped() // nobody else's type is one
}

// Shown implements [Wrapped].
func (b *Buffer[In, Out]) Shown() any { return b.In }

func (b *Buffer[In, Out]) wrapped() {}
