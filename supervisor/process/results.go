package process

import (
	"sync"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// When finished results are sent that have no successor yet: those of fast inputs
// share a frame, those of slow ones go at once, and none waits for a slow one behind it. A
// crash has finished inputs of no more than this time executed again.
const (
	flushTime = 200 * time.Microsecond // since the last frame: send at once
	holdTime  = time.Millisecond       // sent by a timer
)

// results collects what the inputs of a batch have come to and sends it.
type results struct {
	write func(t wire.Type, seq uint64, head, tail []byte)
	codec wire.Codec
	// batches says that the function may be one over batches: it takes slices, and returns them or nothing.
	batches bool
	foreign bool                // the codec may call methods of the user's
	single  wire.ResultsBuilder // of the goroutine that executes: one outcome, before it is added

	mu      sync.Mutex // a timer sends, too
	builder wire.ResultsBuilder
	next    uint64 // sequence number of the first result in the builder
	end     uint64 // that of the first input of the next batch
	sent    time.Time
	timer   *time.Timer
	armed   bool
}

// begin begins a batch of the inputs from first to end.
func (r *results) begin(first, end uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next, r.end, r.sent = first, end, time.Now()
}

// add adds the outcome of the next input. Methods of the user's are not called while the mutex is held: they may
// block, and what is finished must be sent nevertheless.
func (r *results) add(value any, err error) {
	add := func(b *wire.ResultsBuilder) error { return r.append(b, value, err) }
	if r.foreign || err != nil {
		r.single.Reset()
		_ = add(&r.single) // an empty one is never full
		add = func(b *wire.ResultsBuilder) error { return b.Append(&r.single) }
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if add(&r.builder) != nil {
		r.send() // it is full; an empty one never is
		_ = add(&r.builder)
	}
	switch {
	case r.next+uint64(r.builder.Len()) == r.end:
		r.send() // the last of its batch: nothing to wait for
	case r.builder.Full() || time.Since(r.sent) > flushTime:
		r.send()
	case !r.armed:
		r.armed = true
		if r.timer == nil {
			r.timer = time.AfterFunc(holdTime, r.flush)
		} else {
			r.timer.Reset(holdTime)
		}
	}
}

func (r *results) append(b *wire.ResultsBuilder, value any, err error) error {
	if err == nil {
		return b.AddValue(r.codec, value)
	}
	if each, ok := guard.As[supervisor.Errors](err); ok && r.batches {
		return b.AddMixed(r.codec, value, each)
	}
	outcome := wire.Failed
	if _, ours := err.(*registry.DecodeError); ours {
		outcome = wire.Uncoded
	}
	return b.AddError(outcome, err)
}

// flush sends what is there. It blocks while the parent takes nothing.
func (r *results) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send()
}

// send is flush for whoever holds the mutex.
func (r *results) send() {
	r.armed = false
	n := r.builder.Len()
	if n == 0 {
		return
	}
	head, tail := r.builder.Parts()
	r.write(wire.Results, r.next, head, tail)
	r.next += uint64(n)
	r.builder.Reset()
	r.sent = time.Now()
}
