package mapper

import (
	"fmt"
	"iter"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// feed is a source over an iterator. One goroutine, the feeder, pulls inputs into a
// ring and publishes each at once, so that an iterator that stalls never strands
// inputs that it has already given; containers claim what is published, many at a
// time. Pulling on the containers' own goroutines would save the feeder, and was
// refused: a stalled iterator would hold a container, and with it its other inputs.
type feed[In, Out any] struct {
	window *window
	share  int
	ring   []In
	mask   int
	space  waiter       // the feeder, when the window is full
	over   *atomic.Bool // the run has ended
	lot    *lot
	done   chan struct{} // closed when the feeder has ended
	lost   chan struct{} // closed when nobody waits for the feeder any more
	joined atomic.Bool

	mu   sync.Mutex // guards taking from the ring
	head atomic.Int64
	_    [56]byte
	tail atomic.Int64
	_    [56]byte
	end  atomic.Int64 // the number of inputs, once the iterator has ended
}

func newFeed[In, Out any](e *engine[In, Out]) *feed[In, Out] {
	size := 1
	for size < e.window.size {
		size *= 2
	}
	f := &feed[In, Out]{
		window: &e.window, share: e.share(), ring: make([]In, size), mask: size - 1,
		space: newWaiter(), over: &e.over, lot: &e.p.lot, done: make(chan struct{}), lost: make(chan struct{}),
	}
	f.end.Store(math.MaxInt)
	return f
}

// run pulls the iterator dry, or until the run has ended, and returns what the
// iterator panicked with. It is the feeder's goroutine; ended is called at its end.
func (f *feed[In, Out]) run(inputs iter.Seq[In], ended func(*SourceError)) {
	returned := false
	defer func() {
		var failure *SourceError
		if !returned {
			failure = &SourceError{Panic: recover(), Stack: string(debug.Stack())}
		}
		close(f.done)
		ended(failure)
	}()
	f.pull(inputs)
	returned = true
}

func (f *feed[In, Out]) pull(inputs iter.Seq[In]) {
	t := 0
	limit := f.window.limit()
	for v := range inputs {
		f.ring[t&f.mask] = v
		t++
		f.tail.Store(int64(t))
		if f.over.Load() { // what was pulled meanwhile gets its Result like the others
			return
		}
		f.lot.nudge()
		if t >= limit { // wait before the next is pulled, not with it in hand
			if limit = f.awaitSpace(t); t >= limit {
				return
			}
		}
	}
	f.end.Store(int64(t))
}

// awaitSpace waits until the window has room for input t, or the run has ended.
func (f *feed[In, Out]) awaitSpace(t int) int {
	f.space.wait(func() bool { return f.window.limit() > t || f.over.Load() })
	if f.over.Load() {
		return t
	}
	return f.window.limit()
}

func (f *feed[In, Out]) claim(ch *chunk[In, Out], want int, eager bool) bool {
	if !eager && !f.plenty(want) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h := int(f.head.Load())
	avail := int(f.tail.Load()) - h
	if avail <= 0 {
		return false
	}
	n := min(want, max(avail/f.share, 1))
	at := h & f.mask
	first := min(n, len(f.ring)-at)
	ch.lo = h
	ch.inBuf = append(append(ch.inBuf[:0], f.ring[at:at+first]...), f.ring[:n-first]...)
	ch.in = ch.inBuf
	clear(f.ring[at : at+first])
	clear(f.ring[:n-first])
	f.head.Store(int64(h + n))
	return true
}

// plenty reports that a claim would get all it wants, or that no more will come.
func (f *feed[In, Out]) plenty(want int) bool {
	avail := int(f.tail.Load() - f.head.Load())
	return avail >= want*f.share || f.end.Load() != math.MaxInt || avail >= f.window.size/2
}

func (f *feed[In, Out]) waiting() int {
	h := f.head.Load()
	return int(f.tail.Load() - h)
}

func (f *feed[In, Out]) ended() bool { return f.end.Load() != math.MaxInt }

func (f *feed[In, Out]) taken() int { return int(f.tail.Load()) }

func (f *feed[In, Out]) total() int { return int(f.end.Load()) }

// join waits for the end of the feeder, at most for grace, and only once for that long.
// Whoever joins waits on channels: a lock held for the grace would stop the clock of a
// synctest bubble.
func (f *feed[In, Out]) join(grace time.Duration) {
	if f.joined.CompareAndSwap(false, true) {
		defer time.AfterFunc(grace, func() { close(f.lost) }).Stop()
	}
	select {
	case <-f.done:
	case <-f.lost:
	}
}

// rest gives the inputs that were pulled and never claimed, once the run is joined.
func (f *feed[In, Out]) rest(give func(index int, in In)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := int(f.head.Load()); i < int(f.tail.Load()); i++ {
		give(i, f.ring[i&f.mask])
	}
}

// SourceError says that the iterator of the inputs panicked, or called
// runtime.Goexit (Panic is nil then). It unwraps to the error panicked with.
type SourceError struct {
	Panic any
	Stack string
}

// Error says what the iterator did.
func (e *SourceError) Error() string {
	if e.Panic == nil {
		return "mapper: the inputs' iterator called runtime.Goexit"
	}
	return fmt.Sprintf("mapper: the inputs' iterator panicked: %v", e.Panic)
}

// Unwrap returns the error that the iterator panicked with, if it was one.
func (e *SourceError) Unwrap() error {
	err, _ := e.Panic.(error)
	return err
}
