package history

import (
	"cmp"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// Options says what a Book keeps and shows.
type Options struct {
	// Describe says in a few words which input that is; 200 characters are kept. It is called when
	// an event tells of an input, so that events are lost while it is slow, and when
	// something is asked for: under guard, for two minutes at most. What it does instead of
	// returning is shown. Nil means that inputs are not shown at all.
	Describe func(input any) string

	// Keep is how many ended runs and functions are kept. Zero means 100.
	Keep int
}

const (
	defaultKeep = 100
	startLength = 10 // characters, which is 50 bits
)

// Book is what is known of runs and functions: an Observer to be given to them, and the answers
// to what the pages and the API ask. Its methods are safe for concurrent use. All but Close
// and Watch may call Describe, and otherwise return at once.
//
// Each run and function that lives has a goroutine that reads its numbers once a second. It ends
// with the run, or by Close.
type Book struct {
	describe func(input any) string
	keep     int
	version  atomic.Uint64
	memo     memo
	start    string // what tells this start of the program from others
	since    time.Time

	mu     sync.RWMutex
	closed bool
	runs   map[uint64]*record
	ended  []*record // the oldest first
	gone   int
}

var _ interface {
	mapper.Watcher
	supervisor.Selective
} = (*Book)(nil)

// New returns an empty book.
func New(opts Options) *Book {
	if opts.Keep <= 0 {
		opts.Keep = defaultKeep
	}
	return &Book{
		describe: opts.Describe, keep: opts.Keep, runs: map[uint64]*record{},
		start: rand.Text()[:startLength], since: time.Now(),
	}
}

// Start is what tells this start of the program from those before it and after it, in which the same
// numbers are those of other runs; and when it was.
func (b *Book) Start() (string, time.Time) { return b.start, b.since }

// Wants is true: the book is told of everything.
func (b *Book) Wants(supervisor.Kind) bool { return true }

// Watch takes in a run or a function that starts.
func (b *Book) Watch(v mapper.View) {
	about := v.About()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.runs[about.ID] != nil {
		return
	}
	r := newRecord(b, v, about, b.runs[about.Parent])
	b.runs[about.ID] = r
	b.version.Add(1)
	go r.sample(v)
}

// Close ends the reading of numbers, and waits for that. What is known by then stays.
func (b *Book) Close() {
	b.mu.Lock()
	b.closed = true
	all := make([]*record, 0, len(b.runs))
	for _, r := range b.runs {
		all = append(all, r)
	}
	b.mu.Unlock()
	for _, r := range all {
		r.stop()
	}
	for _, r := range all {
		<-r.done
	}
}

// Version is a number that is another one when something to show about the run has changed, or
// with 0 about the overview. It is 0 for a run that is not kept.
func (b *Book) Version(id uint64) uint64 {
	if id == 0 {
		return b.version.Load()
	}
	r := b.find(id)
	if r == nil {
		return 0
	}
	version := r.version.Load()
	if r.above != nil {
		version += r.above.version.Load()
	}
	return version
}

// View is the run or the function itself, to do something to it, while it lives.
func (b *Book) View(id uint64) (mapper.View, bool) {
	r := b.find(id)
	if r == nil {
		return nil, false
	}
	v := r.live()
	return v, v != nil
}

// Observe takes in an event.
func (b *Book) Observe(ev supervisor.Event) {
	ev.Run = cmp.Or(ev.Run, ev.Pool)
	pool := b.find(ev.Pool)
	if pool != nil && ev.Dropped > 0 {
		pool.dropped.Store(ev.Dropped)
	}
	switch ev.Kind {
	case supervisor.AttemptsEnded:
		b.attempted(&ev, pool)
	case supervisor.InputRetried, supervisor.InputRerun, supervisor.InputFailed, supervisor.InputCancelled:
		b.told(&ev, pool)
		b.version.Add(1)
	case supervisor.JournalOpened:
		if r := b.find(ev.Run); r != nil {
			r.open(ev.Text)
			b.version.Add(1)
		}
	case supervisor.RunEnded, supervisor.FunctionStopped:
		if r := b.find(ev.Run); r != nil {
			r.finish()
		}
	default:
		if pool != nil {
			pool.container(&ev)
			b.version.Add(1)
		}
	}
}

// attempted takes in the end of attempts: what a function's containers do for a run is the
// business of both.
func (b *Book) attempted(ev *supervisor.Event, pool *record) {
	if pool != nil {
		pool.attempted(ev)
	}
	if ev.Run == ev.Pool {
		return
	}
	if r := b.find(ev.Run); r != nil {
		r.attempted(ev)
	}
}

func (b *Book) told(ev *supervisor.Event, pool *record) {
	r := b.find(ev.Run)
	if r == nil {
		return
	}
	n := b.news(ev)
	if r.told(ev, n) && pool != nil {
		pool.strike(n.broke.Container, strike{run: ev.Run, input: ev.Input, described: n.described})
	}
}

func (b *Book) find(id uint64) *record {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.runs[id]
}

// retire takes in that a run has ended, and drops the one that ended first if there are too
// many.
func (b *Book) retire(r *record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.version.Add(1)
	b.ended = append(b.ended, r)
	if len(b.ended) > b.keep {
		delete(b.runs, b.ended[0].id)
		b.ended[0] = nil
		b.ended = b.ended[1:]
		b.gone++
	}
}
