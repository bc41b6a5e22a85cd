package mapper

import (
	"sync"
	"time"
)

// chunk is a few consecutive inputs on their way through a run, and their values on
// the way back. A container claims a chunk at a time, executes it from its first
// input to its last, and publishes it; whatever is not a plain success leaves the
// chunk as a record. It is the one thing that moves between rooms, so that what a
// synchronisation costs is shared by all the inputs of a chunk.
//
// A chunk has one owner at a time: the container that executes it, then the emitter
// that delivers it, then the depot. While a container has it in hand, others may take
// its front or its back, under the container's lock (part.go).
type chunk[In, Out any] struct {
	lo  int   // index of in[0]
	in  []In  // the caller's own slice, or inBuf
	out []Out // outBuf
	rec *record[In, Out]
	// from is the first input not yet published or turned into a record; the
	// container's mu guards it.
	from int

	next   *chunk[In, Out] // in the depot or the pile
	inBuf  []In
	outBuf []Out
}

// size gives the chunk room for n values.
func (c *chunk[In, Out]) size(n int) {
	if cap(c.outBuf) < n {
		c.outBuf = make([]Out, n)
	}
	c.out = c.outBuf[:n]
}

// hold makes the chunk own copies of in.
func (c *chunk[In, Out]) hold(in []In) {
	c.inBuf = append(c.inBuf[:0], in...)
	c.in = c.inBuf
}

// holdRecord makes the chunk the record's input alone.
func (c *chunk[In, Out]) holdRecord(rec *record[In, Out]) {
	c.lo, c.rec = rec.index, rec
	c.inBuf = append(c.inBuf[:0], rec.in)
	c.in = c.inBuf
}

// attempt is the number of the attempt that the chunk is for.
func (c *chunk[In, Out]) attempt() int {
	if c.rec == nil {
		return 1
	}
	return c.rec.attempts + 1
}

// depot keeps chunks that nobody uses, the last one first since its memory is warm.
type depot[In, Out any] struct {
	mu   sync.Mutex
	free *chunk[In, Out]
}

func (d *depot[In, Out]) get() *chunk[In, Out] {
	d.mu.Lock()
	c := d.free
	if c != nil {
		d.free = c.next
	}
	d.mu.Unlock()
	if c == nil {
		c = &chunk[In, Out]{}
	}
	c.next = nil
	return c
}

// put takes a chunk back and lets go of what it held.
func (d *depot[In, Out]) put(c *chunk[In, Out]) {
	clear(c.inBuf)
	clear(c.out)
	c.in, c.out, c.rec, c.from = nil, nil, nil, 0
	d.mu.Lock()
	c.next = d.free
	d.free = c
	d.mu.Unlock()
}

// record is an input that is not a plain success at the first attempt: it waits for
// another attempt, or carries its final error.
type record[In, Out any] struct {
	index    int
	in       In
	attempts int           // begun so far
	retries  int           // of them, those after an application failure
	err      error         // the last failure; once final, what its Result says
	due      time.Duration // of the next attempt, on the run's clock
	charged  bool          // has an entry in the ledger of crashes
	suspect  bool          // has crashed twice: see rules.Ledger
	ended    bool          // err is the cause of the end of the run
	mark     int64         // the run's progress at its last crash
	call     *Call[Out]    // whose input it is; nil for an input of a run

	prev, next *record[In, Out] // at the desk
}

// succeeded notes an attempt that did.
func (r *record[In, Out]) succeeded() {
	r.attempts++
	r.err = nil
}
