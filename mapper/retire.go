package mapper

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Recycle says when containers are replaced by new ones although nothing is wrong with
// them: against state that grows or goes stale. A container that is due ends after what
// it executes, exit included. Its successor starts at once where the pool has fewer containers
// than it may have, and else when it has ended. It is no crash.
type Recycle struct {
	// Inputs is how many inputs a container executes at most. 1 means that each input has
	// a container for itself. From 10 on, each container draws a limit of its own, up to
	// a tenth lower, so that they do not all end at once. Zero means no limit.
	Inputs int

	// Memory is how many bytes a container may use when it has executed something; the limit
	// of the Runtime is another, at which it is killed. It takes a Runtime that knows, such as
	// that of worker processes. Zero means no limit.
	Memory int64

	// Age is how long a container takes inputs, up to a tenth less for each by its own
	// draw. Zero means no limit.
	Age time.Duration
}

// inputs draws the limit of one container.
func (r Recycle) inputs() int64 { return int64(r.Inputs) - rand.Int64N(int64(r.Inputs/10)+1) }

// age draws the age of one container.
func (r Recycle) age() time.Duration { return r.Age - rand.N(r.Age/10+1) }

// Retire asks for the end of the container that executes the attempt which ctx belongs to:
// it takes no further inputs, ends after what it executes, and is replaced. Inputs that it
// has claimed are executed elsewhere. It reports false where ctx is no attempt's. It is for
// a function that finds its container worn out: a full disk, a stale connection. In a
// worker process it reports false. (The reference has stop_fetching_inputs.)
func Retire(ctx context.Context) bool {
	w, ok := ctx.Value(supervisor.AttemptKey{}).(interface{ retire() })
	if ok {
		w.retire()
	}
	return ok
}

func (w *worker[In, Out]) retire() { w.h.retire() }

// retire has the container end after what it executes. It never blocks.
func (h *host[In, Out]) retire() {
	h.c.Retire() // before the container can know, and end: then it would not be replaced
	h.halt()
}

// halt has the workers take nothing more.
func (h *host[In, Out]) halt() {
	if !h.retiring.CompareAndSwap(false, true) {
		return
	}
	for _, w := range h.slots {
		w.shed()
		w.restingPlace().rouse(w.bed)
	}
}

// interrupt has the container end at once: what it executes is cancelled with the cause,
// and what does not become a value of it is executed elsewhere.
func (h *host[In, Out]) interrupt(cause error) {
	h.retire()
	h.cancel(cause)
}

// cancel has the workers take nothing more and cancels what they execute.
func (h *host[In, Out]) cancel(cause error) {
	h.halt()
	for _, w := range h.slots {
		w.interrupt(cause)
	}
}

func (w *worker[In, Out]) interrupt(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop = cause
	if w.cur != nil || w.batch != nil {
		w.heed()
	}
}

// heed cancels what the worker has just taken in hand, or executes, if the worker was
// interrupted. The caller holds w.mu.
func (w *worker[In, Out]) heed() {
	w.interrupted = w.stop != nil
	if ctx := w.ctx.Load(); w.interrupted && ctx.cancel != nil {
		ctx.cancel(w.stop)
	}
}

// age begins the container's time.
func (h *host[In, Out]) age() {
	if h.p.opts.Recycle.Age > 0 {
		h.expiry = time.AfterFunc(h.p.opts.Recycle.age(), h.retire)
	}
}

// permit reserves inputs that the worker may take: want at most, unless nothing limits
// them, and none when the container is due.
func (w *worker[In, Out]) permit(want int) int {
	if w.p.opts.Recycle.Inputs == 0 {
		return maxClaim
	}
	for {
		left := w.h.left.Load()
		n := min(left, int64(max(want, 1)))
		if n <= 0 {
			return 0
		}
		if w.h.left.CompareAndSwap(left, left-n) {
			return int(n)
		}
	}
}

// weigh has a container end that uses too much memory, now that it has executed something.
func (h *host[In, Out]) weigh() {
	if most := h.p.opts.Recycle.Memory; most > 0 {
		if gauge, ok := h.instance.remote.(supervisor.Gauge); ok {
			if used, _ := gauge.Memory(); used > most {
				h.retire()
			}
		}
	}
}

// unused gives back what was reserved and not taken.
func (w *worker[In, Out]) unused(n int) {
	if w.p.opts.Recycle.Inputs > 0 && n > 0 {
		w.h.left.Add(int64(n))
	}
}

// trim gives back what of a chunk exceeds the n inputs that the worker may take, and
// of those what it has no use for.
func (w *worker[In, Out]) trim(e *engine[In, Out], ch *chunk[In, Out], n int) {
	if k := len(ch.in); k > n {
		e.todo.giveBack(e.tail(ch, n, k))
		ch.in = ch.in[:n]
	} else {
		w.unused(n - k)
	}
}
