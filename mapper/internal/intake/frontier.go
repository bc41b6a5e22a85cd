package intake

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// Frontier is a source that the attempts themselves add to: inputs that are known and not claimed. An
// input has its index from the moment at which it comes to be known: the caller's own (the seeds) as they
// are given, the others when the attempt that has added them succeeds, a chunk of attempts at a time.
//
// The latest added are claimed first, which keeps the frontier short, or the earliest. Seeds are claimed in
// their order, where nothing added waits or before it. An ordered run cannot take what is beyond its window:
// there the lowest is claimed where the latest may not be, since delivery waits for that one.
type Frontier struct {
	FrontierConfig
	puller

	mu     sync.Mutex
	seeds  spans
	adds   spans
	waits  atomic.Int64 // inputs in both
	lowest atomic.Int64 // index of the first of them
	taken  atomic.Int64
	known  atomic.Int64
	closed atomic.Bool // no more seeds come
	twice  atomic.Int64
}

// FrontierConfig is what a frontier has to know of its run.
type FrontierConfig struct {
	Inputs       Added
	Window       *Window
	Share        int
	BreadthFirst bool
	Ordered      bool
	Over         *atomic.Bool
	Lot          *park.Lot
}

// Added is the typed half of a frontier.
type Added interface {
	// Gather copies what the attempts of a chunk have added; nil for nothing.
	Gather(ch *chunk.Chunk) Span
	// Settle keeps those of the inputs of a span that were not known, and knows them from now on. It runs under the frontier's
	// lock, and no code of the user's.
	Settle(s Span) (dropped int)
	// Know knows a seed from now on, likewise.
	Know(s Span)
}

// Span is inputs with consecutive indices.
type Span interface {
	Len() int
	// Bind gives the chunk the inputs from position lo to hi.
	Bind(ch *chunk.Chunk, lo, hi int)
}

// mostClaimed is how many inputs of a frontier one claim has at most: what they add comes in one piece,
// so that a longer claim makes the frontier longer.
const mostClaimed = 64

// NewFrontier is an empty frontier.
func NewFrontier(cfg FrontierConfig) *Frontier {
	return &Frontier{FrontierConfig: cfg, puller: newPuller()}
}

// Seed adds inputs of the caller's.
func (f *Frontier) Seed(s Span) {
	if s.Len() == 0 {
		return
	}
	f.mu.Lock()
	f.Inputs.Know(s)
	f.add(&f.seeds, s)
	f.mu.Unlock()
}

// Commit adds what the finished attempts of a chunk have added.
func (f *Frontier) Commit(ch *chunk.Chunk) {
	s := f.Inputs.Gather(ch)
	if s == nil {
		return
	}
	f.mu.Lock()
	f.twice.Add(int64(f.Inputs.Settle(s)))
	f.add(&f.adds, s)
	f.mu.Unlock()
	f.Lot.Nudge()
}

// add gives inputs their indices. The caller holds the lock.
func (f *Frontier) add(to *spans, s Span) {
	n := s.Len()
	if n == 0 {
		return
	}
	to.push(span{s, int(f.known.Load()), 0, n})
	f.known.Add(int64(n))
	f.waits.Add(int64(n))
	f.look()
}

// look notes the lowest index that waits. The caller holds the lock.
func (f *Frontier) look() {
	low := int64(math.MaxInt64)
	for _, s := range []*spans{&f.seeds, &f.adds} {
		if s.any() {
			low = min(low, int64(s.first().index()))
		}
	}
	f.lowest.Store(low)
}

// Claim implements [Source].
func (f *Frontier) Claim(ch *chunk.Chunk, want int, _ bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	room := f.Waiting()
	if room <= 0 {
		return false
	}
	f.take(ch, min(want, mostClaimed, max(room/f.Share, 1)))
	return true
}

// ClaimAt implements [Source]: the choice is its own.
func (f *Frontier) ClaimAt(_, ch *chunk.Chunk, _ int) bool { return f.Claim(ch, 1, true) }

// take takes at most n inputs of those that may be taken. The caller holds the lock.
func (f *Frontier) take(ch *chunk.Chunk, n int) {
	limit := math.MaxInt
	if f.Ordered {
		limit = f.Window.Limit()
	}
	from := &f.seeds
	switch {
	case f.BreadthFirst, f.adds.any() && f.adds.last().end() > limit:
		from = f.earlier()
	case f.adds.any():
		f.bind(ch, f.adds.popBack(n))
		return
	}
	f.bind(ch, from.popFront(min(n, limit-from.first().index())))
}

// earlier is the list with the lowest index. The caller holds the lock.
func (f *Frontier) earlier() *spans {
	if !f.adds.any() || (f.seeds.any() && f.seeds.first().index() < f.adds.first().index()) {
		return &f.seeds
	}
	return &f.adds
}

func (f *Frontier) bind(ch *chunk.Chunk, s span) {
	ch.Lo, ch.N = s.index(), s.hi-s.lo
	s.Span.Bind(ch, s.lo, s.hi)
	f.taken.Add(int64(ch.N))
	f.waits.Add(int64(-ch.N))
	f.look()
	f.Room()
}

// Rest takes up to want of the inputs that an ended run has not taken, in the order of their indices and
// below limit, whatever the window is, and reports whether there were any.
func (f *Frontier) Rest(ch *chunk.Chunk, want, limit int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	from := f.earlier()
	if !from.any() || from.first().index() >= limit {
		return false
	}
	f.bind(ch, from.popFront(min(want, limit-from.first().index())))
	return true
}

// Waiting implements [Source].
func (f *Frontier) Waiting() int {
	waits := int(f.waits.Load())
	switch {
	case waits == 0 || f.Window.Size == math.MaxInt:
		return waits
	case f.Ordered:
		return max(min(waits, f.Window.Limit()-int(f.lowest.Load())), 0)
	default:
		return max(min(waits, f.Window.Limit()-int(f.taken.Load())), 0)
	}
}

// Ended implements [Source]: nobody knows.
func (f *Frontier) Ended() bool { return false }

// Taken implements [Source].
func (f *Frontier) Taken() int { return int(f.taken.Load()) }

// Total implements [Source]. It is known at the end.
func (f *Frontier) Total() int {
	if f.Over.Load() {
		return f.Known()
	}
	return math.MaxInt
}

// Known is how many inputs there are so far.
func (f *Frontier) Known() int { return int(f.known.Load()) }

// Settled reports that so many settled inputs are all that there will be.
func (f *Frontier) Settled(n int) bool { return f.closed.Load() && n == f.Known() }

// Unclaimed is how many wait.
func (f *Frontier) Unclaimed() int { return int(f.waits.Load()) }

// Duplicates is how many were dropped since they were known.
func (f *Frontier) Duplicates() int { return int(f.twice.Load()) }

// End implements [Pulled]: no more seeds come.
func (f *Frontier) End() { f.closed.Store(true) }

// Whole says that the seeds are there, and nobody pulls any.
func (f *Frontier) Whole() {
	f.End()
	close(f.done)
}

// Pull is the goroutine of the puller of an iterator over seeds. pull, the typed half, calls Pushed with each.
func (f *Frontier) Pull(pull func() (whole bool), ended func(*Panicked)) {
	f.pull(func() {
		if pull() {
			f.End()
		}
	}, ended)
}

// Pushed adds a seed that was pulled, and waits until few enough wait to pull another. It reports false if the run has
// ended.
func (f *Frontier) Pushed(s Span) bool {
	f.Seed(s)
	if f.Over.Load() {
		return false
	}
	f.Lot.Nudge()
	f.space.Wait(func() bool { return f.Over.Load() || f.seedsWaiting() < f.Window.Size })
	return !f.Over.Load()
}

// Open has seeds come by an entry, and not from an iterator.
func (f *Frontier) Open() *Entry {
	f.entry = newEntry(f, f.Over)
	return f.entry
}

// Submitted adds the seed of whoever is inside the entry.
func (f *Frontier) Submitted(s Span) {
	f.Seed(s)
	f.Lot.Nudge()
}

func (f *Frontier) hasRoom() bool { return f.seedsWaiting() < f.Window.Size }

func (f *Frontier) seedsWaiting() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seeds.inputs
}
