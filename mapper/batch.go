package mapper

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Batch says when a function over batches is called: as soon as Size inputs wait, or when
// one has waited for Wait, or when no more can come. The batches of a run are its own, those
// of a function's calls are common to all callers.
type Batch struct {
	// Size is how many inputs one call is given at most, 1 to 1000. A run whose Outstanding
	// is less is given no more than that.
	Size int

	// Wait is how long inputs wait for others to fill their batch, counted from the moment
	// when a container could have taken the first of them; at most 10 minutes. Zero means
	// that a container takes what there is.
	Wait time.Duration
}

// Bounds of a Batch, the reference's.
const (
	maxBatchSize = 1000
	maxBatchWait = 10 * time.Minute
)

// Validate returns nil, or a *policy.InvalidError that names the first bad field.
func (b Batch) Validate() error {
	switch {
	case b.Size < 1 || b.Size > maxBatchSize:
		return invalid("Batch.Size", b.Size, fmt.Sprintf("must be 1 to %d", maxBatchSize))
	case b.Wait < 0:
		return invalid("Batch.Wait", b.Wait, "must not be negative")
	case b.Wait > maxBatchWait:
		return invalid("Batch.Wait", b.Wait, fmt.Sprintf("cannot be greater than %v", maxBatchWait))
	}
	return nil
}

// batcher forms the batches of a run, one at a time: containers that formed them side by
// side would all hold a part of the same batch.
type batcher[In, Out any] struct {
	e *engine[In, Out]

	mu    sync.Mutex
	over  bool          // the run is
	forms bool          // a batch is forming
	since time.Duration // when its first input was seen
	timer *time.Timer   // for the end of its wait
}

// ready reports that a batch should be executed now. If one is only forming, it has
// somebody woken at the end of its wait.
func (b *batcher[In, Out]) ready() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.due()
}

func (b *batcher[In, Out]) due() bool {
	e := b.e
	if e.todo.alone() {
		return true
	}
	n := e.src.waiting() + int(e.todo.ready.Load())
	switch {
	case n == 0:
		b.forms = false
		return false
	case n >= b.size() || e.src.ended() || b.batch().Wait == 0:
		return true
	case !b.forms:
		b.forms, b.since = true, e.now()
		b.alarm(b.batch().Wait)
		return false
	}
	return e.now() >= b.since+b.batch().Wait
}

// size is that of a full batch. Where fewer inputs may be outstanding, a bigger one can
// never be filled.
func (b *batcher[In, Out]) size() int {
	if b.e.lasting {
		return min(b.batch().Size, b.e.opts.Outstanding)
	}
	return min(b.batch().Size, b.e.window.size)
}

func (b *batcher[In, Out]) batch() Batch { return b.e.p.body().batch }

func (b *batcher[In, Out]) alarm(d time.Duration) {
	switch {
	case b.over:
	case b.timer == nil:
		b.timer = time.AfterFunc(d, b.e.wake)
	default:
		b.timer.Reset(d)
	}
}

// close ends the timer: the run is over.
func (b *batcher[In, Out]) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if b.timer != nil {
		b.timer.Stop()
	}
}

// form takes a batch of at most n inputs, if one should be executed now. An input that
// was in a crash is a batch by itself: of several nobody can tell which one it was.
func (b *batcher[In, Out]) form(w *worker[In, Out], n int) []*chunk[In, Out] {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.e
	if !b.due() {
		w.unused(n)
		return nil
	}
	if ch := e.todo.takeAlone(e.fresh, w.proven); ch != nil {
		w.unused(n - 1)
		return []*chunk[In, Out]{ch}
	}
	var batch []*chunk[In, Out]
	room := min(n, b.size(), w.h.release.body.batch.Size) // in a redeploy it may be an older one
	for room > 0 {
		ch := e.todo.takeUpTo(room)
		if ch == nil {
			ch = e.depot.get()
			if !e.src.claim(ch, room, true) {
				e.depot.put(ch)
				break
			}
		}
		batch = append(batch, ch)
		room -= len(ch.in)
		n -= len(ch.in)
	}
	w.unused(n)
	b.forms = false
	if e.src.waiting() > 0 {
		w.p.lot.nudge()
	}
	return batch
}

// LengthError says that a function over batches returned another number of values, or of
// [Errors], than it was given inputs. It is the error of every input of the batch, and
// unwraps to the Errors, if there were any.
type LengthError struct {
	Inputs, Values int
	Errors         Errors
}

// Error says the numbers.
func (e *LengthError) Error() string {
	text := fmt.Sprintf("mapper: a batch of %d inputs returned %d values", e.Inputs, e.Values)
	if len(e.Errors) > 0 {
		text += fmt.Sprintf(" and %d errors: %v", len(e.Errors), e.Errors)
	}
	return text
}

// Unwrap returns the Errors, if the function returned any.
func (e *LengthError) Unwrap() error {
	if len(e.Errors) == 0 {
		return nil
	}
	return e.Errors
}

// Errors is what a function over batches returns to fail some of its inputs: an error for
// each input of the batch, nil for those whose value counts. Where all have an error there
// need be no values. One without elements is no error, and one of another length is a
// *[LengthError] for every input. It crosses from a worker process beside the values.
type Errors = supervisor.Errors

// someCount reports that some values count.
func someCount(e Errors) bool { return slices.Contains(e, nil) }
