package cluster

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// held is a lease at the worker: a container that somebody elsewhere uses. One goroutine lives its life; what must be heard
// while it executes is taken by those that the connection calls.
type held struct {
	w        *worker
	request  request
	key      string // caller.lease
	name     string // of the lease, see nameOf
	function *registry.Function
	frames   chan frame // for the goroutine: batches, and the end in order
	over     context.Context
	end      context.CancelCauseFunc // at once
	parts    assembly                // the connection's goroutine's
	builder  wire.ResultsBuilder     // of the outbox of the chunk that executes

	inputs []any // memory of the last chunk's, of the goroutine

	mu     sync.Mutex
	inst   supervisor.Instance     // nil while it is opened
	taken  uint64                  // the last chunk that was taken from the connection
	chunk  uint64                  // the last that was begun
	cancel context.CancelCauseFunc // of that chunk
	out    *outbox                 // of that chunk
	first  frame                   // the answer to the request
	weight weight                  // what was told of it last
	last   frame                   // what was said at the end; kind 0 while it lives
}

const heldFrames = 16

// tell sends a frame to the caller.
func (h *held) tell(f frame) {
	if errors.Is(h.w.send(callerSubject(h.request.Caller, h.name), f), errNarrow) {
		h.end(errNarrow)
	}
}

// live is the life of the container.
func (h *held) live() {
	defer h.w.release(h)
	inst, err := h.open()
	if err != nil {
		crash := asCrash(err)
		h.say(frame{kind: refused, payload: encode(refusal{Crash: packCrash(crash)})})
		return
	}
	h.mu.Lock()
	h.inst = inst
	h.first = frame{kind: opened}
	h.mu.Unlock()
	h.tell(frame{kind: opened})
	in, out := registry.NewCodec(h.function.In), registry.NewCodec(h.function.Out)
	for {
		select {
		case f := <-h.frames:
			if f.kind == drain {
				err := inst.Close(h.over)
				if h.ending() {
					err = nil // it had to end before its exit did
				}
				h.say(frame{kind: bye, payload: wire.AppendError(nil, err)})
				return
			}
			if crash := h.execute(inst, f, in, out); crash != nil {
				h.leave(inst)
				return
			}
		case <-h.over.Done():
			_ = inst.Close(h.over)
			h.say(frame{kind: crashed, payload: packCrash(asCrash(context.Cause(h.over)))})
			return
		}
	}
}

// exitTime is how long the exit of a container that has crashed may take: its caller has heard of the crash, and ends it no more.
const exitTime = 30 * time.Second

// leave has a goroutine that has crashed by itself close its state, and its slot until then: any other container is gone with all
// that it had.
func (h *held) leave(inst supervisor.Instance) {
	g, isHere := inst.(*goroutine)
	if !isHere || h.over.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(h.over, exitTime)
	defer cancel()
	_ = g.Close(ctx)
}

func (h *held) open() (supervisor.Instance, error) {
	launch := supervisor.Launch{Function: h.function.Fn, Name: h.request.Name, Container: h.request.Container}
	if h.request.Print {
		launch.Print = func(stream, line string) {
			h.tell(frame{kind: printed, payload: []byte(stream + "\n" + line)})
		}
	}
	return h.w.opts.Runtime.Open(h.over, launch)
}

// say says the last word, which is repeated to whoever asks for a while.
func (h *held) say(f frame) {
	h.mu.Lock()
	h.last = f
	h.mu.Unlock()
	h.tell(f)
}

// execute executes a chunk, and returns how the container has crashed, if it has.
func (h *held) execute(inst supervisor.Instance, f frame, in, out wire.Codec) *supervisor.CrashError {
	items, err := wire.ParseBatch(f.payload)
	if err != nil {
		h.end(err) // of no more use: its codec is out of step
		return nil
	}
	box := newOutbox(h.tell, out, &h.builder, h.function.Batches(), f.chunk, items.Len())
	box.limit(itemLimit(mostBytes(h.w.nc)))
	ctx, cancel := context.WithCancelCause(h.over)
	defer cancel(nil)
	h.mu.Lock()
	h.chunk, h.cancel, h.out = f.chunk, cancel, box
	h.mu.Unlock()
	chunk, positions := h.unpack(items, in, box)
	crash := h.run(ctx, inst, chunk, func(i int, value any, err error) {
		if err != nil && h.ending() {
			return // it has failed because of us
		}
		box.tell(positions[i], outcome{value: value, err: err, kind: outcomeOf(err)})
	})
	if crash != nil {
		if crash.Input >= 0 && crash.Input < len(positions) {
			crash.Input = positions[crash.Input]
		} else {
			crash.Input = supervisor.NoInput
		}
		last := frame{kind: crashed, chunk: f.chunk, payload: packCrash(crash)}
		h.mu.Lock()
		h.last = last
		h.mu.Unlock()
		box.finish(&last)
		return crash
	}
	clear(chunk.Inputs)
	h.inputs = chunk.Inputs // positions are not used again: a runtime may tell an outcome twice, and late
	if told := box.told(); told < box.n {
		box.finish(&frame{kind: ended, chunk: f.chunk, at: uint32(told)})
	} else {
		box.finish(nil)
	}
	return nil
}

// run runs a chunk, and sees to it that a container that is to end at once does.
func (h *held) run(
	ctx context.Context, inst supervisor.Instance, chunk supervisor.Chunk, done func(int, any, error),
) *supervisor.CrashError {
	if len(chunk.Inputs) == 0 {
		return nil
	}
	stopped := context.AfterFunc(h.over, func() { _ = inst.Close(h.over) })
	defer stopped()
	err := inst.Run(ctx, chunk, done)
	if h.ending() {
		return asCrash(context.Cause(h.over)) // it has not crashed, we have ended it
	}
	if err != nil {
		return asCrash(err)
	}
	return nil
}

// ending reports that the container is ended for no fault of its own.
func (h *held) ending() bool { return errors.Is(context.Cause(h.over), supervisor.ErrLost) }

// outcomeOf tells an input that has no encoding from one that has failed.
func outcomeOf(err error) wire.Outcome {
	if _, ours := err.(*registry.DecodeError); ours {
		return wire.Uncoded
	}
	return wire.Failed
}

// unpack decodes the inputs of a batch, all of them: a codec must see every message. One that cannot be decoded is settled.
func (h *held) unpack(items wire.BatchReader, in wire.Codec, box *outbox) (chunk supervisor.Chunk, positions []int) {
	n := items.Len()
	decode := h.function.Input(n, in.Decode)
	chunk.Inputs, positions = slices.Grow(h.inputs[:0], n), make([]int, 0, n)
	for i := 0; ; i++ {
		item, ok := items.Next()
		if !ok {
			return chunk, positions
		}
		value, err := decode(item.Bytes)
		if err != nil {
			box.tell(i, outcome{err: err, kind: wire.Uncoded})
			continue
		}
		if len(positions) == 0 {
			chunk.Index, chunk.Attempt, chunk.Timeout, chunk.Deadline = item.Index, item.Attempt, item.Timeout, item.Deadline
		}
		chunk.Inputs = append(chunk.Inputs, value)
		positions = append(positions, i)
	}
}
