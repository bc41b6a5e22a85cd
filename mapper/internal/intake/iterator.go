package intake

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// Iterator is a source over an iterator. One goroutine, the puller, pulls inputs into a
// ring and publishes each at once, so that an iterator that stalls never strands inputs
// that it has already given; containers claim what is published, many at a time. Pulling
// on the containers' own goroutines would save the puller, and was refused: a stalled
// iterator would hold a container, and with it its other inputs.
type Iterator struct {
	inputs Inputs
	window *Window
	share  int
	over   *atomic.Bool // the run has ended
	look   func(i int, input any)
	lot    *park.Lot // of those who claim
	next   int       // the puller's own, or of who is inside the entry: the index of the next input
	limit  int       // and the window's limit, as it last saw that
	puller

	mu   sync.Mutex // guards taking from the ring
	head atomic.Int64
	_    [56]byte
	tail atomic.Int64
	_    [56]byte
	end  atomic.Int64 // the number of inputs, once the iterator has ended
}

// NewIterator is a source for a run that is over when over says so, and whose workers sleep
// in the lot.
func NewIterator(window *Window, share int, over *atomic.Bool, lot *park.Lot) *Iterator {
	f := &Iterator{
		window: window, share: share, over: over, lot: lot, puller: newPuller(),
	}
	f.end.Store(math.MaxInt)
	return f
}

// RingSize is how many inputs the typed half must hold: a power of two.
func (f *Iterator) RingSize() int {
	size := 1
	for size < f.window.Size {
		size *= 2
	}
	return size
}

// Panicked is what a puller met that did not come to an end of its own: the value that the
// iterator panicked with, nil for runtime.Goexit.
type Panicked struct {
	Value any
	Stack string
}

// Pull is the puller's goroutine. pull, the typed half, puts each input at the index that
// Next says and then calls Pushed, and returns when that is false or nothing more comes.
// ended is called at its end, with a panic if it was one.
func (f *Iterator) Pull(inputs Inputs, pull func() (whole bool), ended func(*Panicked)) {
	f.inputs = inputs
	f.limit = f.window.Limit()
	f.pull(func() {
		if pull() {
			f.End()
		}
	}, ended)
}

// End implements [Pulled].
func (f *Iterator) End() { f.end.Store(f.tail.Load()) }

// Next is the index of the next input that is pulled.
func (f *Iterator) Next() int { return f.next }

// Look has each input looked at before it can be claimed. To be called before Pull.
func (f *Iterator) Look(look func(i int, input any)) { f.look = look }

// Pushed publishes an input, and waits until there is room for the next: before it is
// pulled, and not with it in hand. It reports false if the run has ended.
func (f *Iterator) Pushed() bool {
	t := f.publish()
	if f.over.Load() { // what was pulled meanwhile gets its Result like the others
		return false
	}
	f.lot.Nudge()
	if t >= f.limit {
		f.limit = f.awaitSpace(t)
	}
	return t < f.limit
}

// publish has the next input be there to be claimed. It returns the index of the one after it.
func (f *Iterator) publish() int {
	if f.look != nil {
		f.look(f.next, f.inputs.Peek(f.next, f.next+1))
	}
	f.next++
	f.tail.Store(int64(f.next))
	return f.next
}

// Open has inputs come by an entry, and not from an iterator. To be called before the first.
func (f *Iterator) Open(inputs Inputs) *Entry {
	f.inputs = inputs
	f.entry = newEntry(f, f.over)
	return f.entry
}

// Submitted publishes the input that was put at the index that Next says, by whoever is inside the entry.
func (f *Iterator) Submitted() {
	f.publish()
	f.lot.Nudge()
}

func (f *Iterator) hasRoom() bool {
	if f.next >= f.limit {
		f.limit = f.window.Limit()
	}
	return f.next < f.limit
}

// awaitSpace waits until the window has room for input t, or the run has ended.
func (f *Iterator) awaitSpace(t int) int {
	f.space.Wait(func() bool { return f.window.Limit() > t || f.over.Load() })
	if f.over.Load() {
		return t
	}
	return max(f.window.Limit(), t+1) // there was room, whatever has become of it
}

// Claim implements [Source].
func (f *Iterator) Claim(ch *chunk.Chunk, want int, eager bool) bool {
	if !eager && !f.plenty(want) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h := int(f.head.Load())
	avail := f.Waiting()
	if avail <= 0 {
		return false
	}
	n := part(want, avail, f.share)
	f.bind(ch, h, n)
	f.head.Store(int64(h + n))
	return true
}

// ClaimAt implements [Source].
func (f *Iterator) ClaimAt(skipped, ch *chunk.Chunk, k int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := int(f.head.Load())
	avail := f.Waiting()
	if avail <= 0 {
		return false
	}
	k = min(k, avail-1)
	f.bind(skipped, h, k)
	f.bind(ch, h+k, 1)
	f.head.Store(int64(h + k + 1))
	return true
}

func (f *Iterator) bind(ch *chunk.Chunk, lo, n int) {
	ch.Lo, ch.N = lo, n
	f.inputs.Bind(ch, lo, n)
}

// plenty reports that a claim would get all it wants, or that no more will come.
func (f *Iterator) plenty(want int) bool {
	avail := int(f.tail.Load() - f.head.Load())
	return avail >= want*f.share || f.end.Load() != math.MaxInt || avail >= f.window.Size/2
}

// Waiting implements [Source].
func (f *Iterator) Waiting() int {
	h := f.head.Load()
	if f.window.Full.Load() {
		return 0
	}
	return int(f.tail.Load() - h)
}

// Ended implements [Source].
func (f *Iterator) Ended() bool { return f.end.Load() != math.MaxInt }

// Taken implements [Source].
func (f *Iterator) Taken() int { return int(f.tail.Load()) }

// Total implements [Source].
func (f *Iterator) Total() int { return int(f.end.Load()) }
