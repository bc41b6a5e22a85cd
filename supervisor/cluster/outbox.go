package cluster

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// flushTime is how long a finished outcome waits at most for others to share its frame, if the frame before is not older than
// that: fast inputs share one, the outcome of a slow one goes at once. A frame costs both ends and the server more than ten
// inputs do.
const flushTime = 2 * time.Millisecond

// outbox sends the outcomes of one chunk in the order of its inputs, and keeps what it has sent until the next chunk: any of
// it may be lost on the way.
type outbox struct {
	send    func(frame)
	codec   wire.Codec
	foreign bool // it may call methods of the user's
	batches bool // an error may be one of each element
	chunk   uint64
	n       int // inputs
	began   time.Time

	order  sync.Mutex      // of telling: encoding may be the user's code, and nobody waits for it but who tells
	early  map[int]outcome // nil: none was
	next   int
	single wire.ResultsBuilder

	mu      sync.Mutex
	builder *wire.ResultsBuilder // of its container: one chunk after the other has it
	first   int                  // position of the first outcome in the builder
	sent    time.Time
	timer   *time.Timer
	kept    []frame
	waiting bool // one of them is heavy, and neither it nor what follows was sent
	over    bool
}

// outcome is what has become of an input.
type outcome struct {
	value any
	err   error
	kind  wire.Outcome // of an error
}

func newOutbox(
	send func(frame), codec wire.Codec, builder *wire.ResultsBuilder, batches bool, chunk uint64, n int,
) *outbox {
	now := time.Now()
	builder.Reset()
	return &outbox{
		send: send, codec: codec, foreign: wire.Foreign(codec), builder: builder, batches: batches, chunk: chunk, n: n,
		began: now, sent: now,
	}
}

// limit bounds what each outcome may take.
func (o *outbox) limit(bytes int) { o.single.Limit, o.builder.Limit = bytes, bytes }

// tell takes the outcome of the input at position i, in any order.
func (o *outbox) tell(i int, out outcome) {
	o.order.Lock()
	defer o.order.Unlock()
	if i > o.next {
		if o.early == nil {
			o.early = map[int]outcome{}
		}
		o.early[i] = out
	}
	for more := i == o.next; more; out, more = o.early[o.next] {
		delete(o.early, o.next)
		o.next++
		o.add(out)
	}
}

// told is how many outcomes were, without a gap.
func (o *outbox) told() int {
	o.order.Lock()
	defer o.order.Unlock()
	return o.next
}

// encode encodes an outcome, or returns wire.ErrFull.
func (o *outbox) encode(out outcome, to *wire.ResultsBuilder) error {
	if out.err == nil {
		return to.AddValue(o.codec, out.value)
	}
	if each, ok := guard.As[supervisor.Errors](out.err); ok && o.batches {
		return to.AddMixed(o.codec, out.value, each)
	}
	return to.AddError(out.kind, out.err)
}

// add encodes an outcome, and sends what should not wait. What may call the user's code is encoded apart, without mu.
func (o *outbox) add(out outcome) {
	apart := o.foreign || out.err != nil
	if apart {
		o.single.Reset()
		_ = o.encode(out, &o.single) // an empty one is never full
	}
	put := func() error {
		if apart {
			return o.builder.Append(&o.single)
		}
		return o.encode(out, o.builder)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return
	}
	if put() != nil {
		o.flush()
		_ = put()
	}
	switch {
	case o.first+o.builder.Len() == o.n, o.builder.Full(), time.Since(o.sent) > flushTime:
		o.flush()
	case o.timer == nil:
		o.timer = time.AfterFunc(flushTime, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.timer = nil
			o.flush()
		})
	}
}

// flush sends what is there. The caller holds mu.
func (o *outbox) flush() {
	if o.over {
		return // the builder is the next one's
	}
	n := o.builder.Len()
	if n == 0 {
		return
	}
	head, tail := o.builder.Parts()
	now := time.Now()
	payload := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(head)+len(tail)), uint64(now.Sub(o.began)))
	payload = append(append(payload, head...), tail...)
	o.keep(frame{kind: results, chunk: o.chunk, at: uint32(o.first), payload: payload})
	o.first += n
	o.builder.Reset()
	o.sent = now
}

// keep sends a frame, and again when it is asked for. The caller holds mu.
func (o *outbox) keep(f frame) {
	o.kept = append(o.kept, f)
	if !o.waiting {
		o.dispatch(f)
	}
}

// dispatch sends a frame, or that it waits. The caller holds mu.
func (o *outbox) dispatch(f frame) {
	if o.waiting = f.isHeavy(); o.waiting {
		f = offer(f)
	}
	o.send(f)
}

// finish sends what is there, and one last frame, if there is one.
func (o *outbox) finish(last *frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	if last != nil {
		o.keep(*last)
	}
	o.over = true
	if o.timer != nil {
		o.timer.Stop()
	}
}

// again sends what there is from that position on, as far as what is heavy and was not fetched.
func (o *outbox) again(from uint32, fetched bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = false
	for _, f := range o.kept {
		switch {
		case o.waiting || f.kind == results && f.at < from:
		case fetched && f.kind == results && f.at == from:
			o.send(f)
		default:
			o.dispatch(f)
		}
	}
}
