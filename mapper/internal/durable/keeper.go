package durable

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// Run is what a keeper asks of its run. Its methods do not block.
type Run interface {
	// Recorded is told of finished inputs whose record is safe, and Restored of those that an
	// earlier life has finished. The chunk is the run's again.
	Recorded(*chunk.Chunk)
	Restored(*chunk.Chunk)
	// Refused settles input i of a chunk, which cannot be recorded; Failed does one that an
	// earlier life has settled like that.
	Refused(ch *chunk.Chunk, err error)
	Failed(ch *chunk.Chunk, attempts int, err error)
	// Again has inputs executed: the log does not know them any more.
	Again(*chunk.Chunk)
	// Lost is told of inputs that are finished, and not recorded: the log is broken.
	Lost(*chunk.Chunk)
	// Broken ends the run, since the log has failed.
	Broken(error)
	// Cut takes the inputs from n on out of a chunk, and their values.
	Cut(ch *chunk.Chunk, n int) *chunk.Chunk
	// Hurry reports that nothing else goes on: somebody waits for the next commit.
	Hurry(unrecorded int) bool
	// Leaves reports that the run is over and wants nothing recalled any more.
	Leaves() bool
	// Full says that nothing is to be claimed, or that it may be again.
	Full(bool)
}

// How much a commit has at most, in time and in bytes, and how much may wait for one.
const (
	commitTime  = 20 * time.Millisecond
	commitBytes = 4 << 20
	mostWaiting = 64 << 20
	enough      = 512 // chunks that are worth a wake before that

	lifeSign = 50 * time.Millisecond // how often it is noted that the process is alive, where that matters
)

// Keeper keeps the log of one run.
type Keeper struct {
	run   Run
	log   Log
	known knowledge
	knew  int // inputs of a slice, at the beginning

	mu       sync.Mutex
	finished []*chunk.Chunk // to be recorded
	restores []*chunk.Chunk // to be recalled
	begins   []begin
	crashes  []crash
	flushes  []chan struct{}
	closing  bool
	returned []*chunk.Chunk
	failure  error // of the log, that it has told of by itself
	news     park.Waiter
	done     chan struct{} // closed when the goroutine has ended; nil before it begins

	unrecorded atomic.Int64 // inputs that are finished and not recorded
	recorded   atomic.Int64 // inputs
	lag        lag
	full       atomic.Bool
	each       atomic.Int64 // bytes of an input, 0 before the first is recorded
	dozes      atomic.Bool  // it waits for the time of its commit, or for enough to record

	// The goroutine's own.
	open    []*chunk.Chunk // recorded, and not committed
	since   time.Time      // when the first of them was
	taken   time.Time      // when the last of them was taken
	bytes   int            // of them
	broken  bool
	spare   []*chunk.Chunk
	timer   *time.Timer
	waiting []chan struct{} // flushes
	before  int             // known inputs that the run is to be told of before others
	held    []*chunk.Chunk  // those others: committed, and not told of
	begun   []begin
}

// begin is inputs that are to be begun once that is recorded.
type begin struct {
	ch   *chunk.Chunk
	done chan bool // whether it is
}

// crash is an input that was in one, and what is held against it since.
type crash struct {
	key  chunk.Key
	held Crashes
}

// NewKeeper keeps a log that is to be closed by Close.
func NewKeeper(run Run, log Log) *Keeper {
	return &Keeper{run: run, log: log, news: park.NewWaiter()}
}

// Resume looks up the inputs of a slice. It blocks.
func (k *Keeper) Resume(ctx context.Context, total int, inputs func(lo, hi int) any) error {
	k.known = newKnown(total)
	return k.log.Resume(ctx, total, inputs, func(i int) {
		k.known.set(i, true)
		k.knew++
	})
}

// RestoreFirst has the run told of what is known before anything else, and reports whether there is any.
func (k *Keeper) RestoreFirst() bool {
	k.before = k.known.count()
	return k.before > 0
}

// Await prepares for the inputs of an iterator.
func (k *Keeper) Await() { k.known = newPulled() }

// Look looks up the next input of an iterator, before it can be claimed. An input that cannot be
// looked up gets no key either, and says why then.
func (k *Keeper) Look(i int, input any) {
	known, err := k.log.Look(i, input)
	if err != nil && unfit(err) == nil {
		k.run.Broken(err)
	}
	k.known.set(i, known)
}

// Stretch is how many of the n inputs from lo on are alike: known, or to be executed.
func (k *Keeper) Stretch(lo, n int) (same int, known bool) { return k.known.stretch(lo, n) }

// Identify returns the keys of the inputs of a chunk, how many got one before one could not, and why that one could not. It
// runs the user's code.
func (k *Keeper) Identify(ch *chunk.Chunk) (keys []chunk.Key, n int, err error) {
	keys = make([]chunk.Key, ch.N)
	n, err = k.log.Keys(ch.Payload.Inputs(), keys)
	if why := unfit(err); why != nil {
		err = why
	}
	return keys, n, err
}

// Put takes finished inputs, which the run is told of once they are recorded. It never blocks. A
// keeper that waits for the time of its commit is not woken for each.
func (k *Keeper) Put(ch *chunk.Chunk) {
	if k.log.Suspected() {
		k.log.Survived(ch.Keys[:ch.N])
	}
	unrecorded := k.unrecorded.Add(int64(ch.N))
	k.lag.waits()
	k.mu.Lock()
	k.finished = append(k.finished, ch)
	n := len(k.finished)
	k.mu.Unlock()
	k.balance()
	if !k.dozes.Load() || n >= enough || k.run.Hurry(int(unrecorded)) {
		k.news.Wake()
	}
}

// MayBegin waits until it is recorded that the inputs of a chunk are begun, for those that may be begun
// once. It reports false if that cannot be recorded.
func (k *Keeper) MayBegin(ch *chunk.Chunk) bool {
	b := begin{ch, make(chan bool, 1)}
	k.mu.Lock()
	k.begins = append(k.begins, b)
	k.mu.Unlock()
	k.news.Wake()
	return <-b.done
}

// Restore takes known inputs, to be recalled. It never blocks.
func (k *Keeper) Restore(ch *chunk.Chunk) {
	k.known.forget(ch.Lo, ch.N)
	k.mu.Lock()
	k.restores = append(k.restores, ch)
	k.mu.Unlock()
	k.news.Wake()
}

// Mark is where a worker notes what it executes, nil where that cannot be; Unmark is the end of it.
func (k *Keeper) Mark() *Slot { return k.log.Mark() }

// Unmark is the end of that.
func (k *Keeper) Unmark(s *Slot) { k.log.Unmark(s) }

// Suspected reports that some input was executing when the process died.
func (k *Keeper) Suspected() bool { return k.log.Suspected() }

// Suspicion is what is held against the input with that key.
func (k *Keeper) Suspicion(key chunk.Key) Suspicion { return k.log.Suspicion(key) }

// Struck reports that some inputs were in crashes of their containers before the run began, and
// Crashes how many that with the key was in.
func (k *Keeper) Struck() bool { return k.log.Struck() }

// Crashes is that.
func (k *Keeper) Crashes(key chunk.Key) (c Crashes, any bool) { return k.log.Crashes(key) }

// Crashed takes what is held against an input after a crash. It never blocks.
func (k *Keeper) Crashed(key chunk.Key, c Crashes) {
	k.mu.Lock()
	k.crashes = append(k.crashes, crash{key, c})
	k.mu.Unlock()
	k.news.Wake()
}

// Excuse says that the run is over, and not because all is settled: what still executes has
// nothing to do with the end of the process.
func (k *Keeper) Excuse() { k.log.Excuse() }

// Unrecorded is how many inputs are finished and not recorded, Lag about how long the first of them
// is, and Recorded how many are recorded.
func (k *Keeper) Unrecorded() int { return int(k.unrecorded.Load()) }

// Lag is how far the record lags behind.
func (k *Keeper) Lag() time.Duration { return k.lag.age() }

// Recorded is how many inputs are, since the run began.
func (k *Keeper) Recorded() int { return int(k.recorded.Load()) }

// Past is what the log has of the lives before, and how many inputs of a slice it knew.
func (k *Keeper) Past() (past Past, knew int) { return k.log.Past(), k.knew }

// Deaths is what the log knows of those of the process.
func (k *Keeper) Deaths() Deaths { return k.log.Deaths() }

// Begin begins to keep. Close follows.
func (k *Keeper) Begin() {
	k.done = make(chan struct{})
	k.log.Watch(k.failed)
	go k.keep()
}

// failed takes it that the log has, while nothing was asked of it.
func (k *Keeper) failed(err error) {
	k.mu.Lock()
	k.failure = err
	k.mu.Unlock()
	k.news.Wake()
}

// Flush waits until all that the keeper has by now is recorded and recalled, or the log is
// broken.
func (k *Keeper) Flush() {
	flushed := make(chan struct{})
	k.mu.Lock()
	k.flushes = append(k.flushes, flushed)
	k.mu.Unlock()
	k.news.Wake()
	select {
	case <-flushed:
	case <-k.done:
	}
}

// Close is Flush, and the end: nobody has anything for the keeper any more. Of what MayBegin was
// asked for, returned was not begun. All who join the run call it, and the first of them is heard.
func (k *Keeper) Close(returned []*chunk.Chunk) {
	k.mu.Lock()
	if !k.closing {
		k.closing, k.returned = true, returned
	}
	k.mu.Unlock()
	k.news.Wake()
	<-k.done
}

// Abandon closes the log of a keeper that was never begun.
func (k *Keeper) Abandon() { _ = k.log.Close() } // nothing was written
