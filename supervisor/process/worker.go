package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// worker is a worker process, seen from inside. One goroutine reads frames, also while
// another executes the function: cancellation must come through.
type worker struct {
	page *page
	conn *wire.Conn

	hello    hello
	function *function
	inputs   wire.Codec // of the goroutine that executes
	values   wire.Codec // likewise
	results  results

	jobs chan job
}

// keptPayload is the size up to which the buffer of a batch is used again.
const keptPayload = 1 << 20

// job is a batch that was sent to the worker.
type job struct {
	first   uint64
	payload []byte
	ctx     context.Context
	cancel  context.CancelCauseFunc
}

// serve is the worker's life. It does not return.
func (w *worker) serve(nonce string) {
	frame, err := w.conn.ReadFrame()
	if err == nil {
		err = parse(frame, wire.Hello, &w.hello)
	}
	if err == nil && (w.hello.Nonce != nonce || w.hello.Version != wire.Version) {
		err = fmt.Errorf("process: version %d, or a parent that does not know us", w.hello.Version)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitStart)
	}
	if soft := w.hello.Memory / 10 * 9; soft > 0 && soft < debug.SetMemoryLimit(-1) {
		debug.SetMemoryLimit(soft)
	}
	w.jobs = make(chan job, 1)
	go w.live()
	w.receive()
}

// receive reads frames until the parent is gone.
func (w *worker) receive() {
	var current job
	for {
		frame, err := w.conn.ReadFrame()
		if err != nil {
			w.page.unheard()
			die()
		}
		switch frame.Type {
		case wire.Batch:
			// The parent sends no batch before the one before has ended, so that its payload is free.
			if cap(current.payload) > keptPayload {
				current.payload = nil
			}
			current.first, current.payload = frame.Seq, append(current.payload[:0], frame.Payload...)
			current.ctx, current.cancel = context.WithCancelCause(context.Background())
			w.jobs <- current
		case wire.Cancel:
			if cause, _, bad := wire.ParseError(frame.Payload); frame.Seq == current.first && current.cancel != nil && bad == nil {
				current.cancel(cause)
			}
		case wire.Drain:
			close(w.jobs)
		case wire.Stats:
			w.tellStacks()
		}
	}
}

// live executes the function from enter to exit, on the one goroutine that it ever sees.
func (w *worker) live() {
	defer w.guard()
	m, err := w.enter()
	if err != nil {
		w.refuse(err)
	}
	w.page.enter(phaseIdle)
	_ = send(w.conn, wire.Ready, ready{
		Version: wire.Version, Nonce: w.hello.Nonce, PID: os.Getpid(), Backstop: setBackstop(w.hello.Memory),
	})
	for job := range w.jobs {
		w.execute(m, job)
	}
	w.page.enter(phaseExit)
	if m.exit != nil {
		err = m.exit(context.Background())
	}
	_ = w.conn.WriteFrame(wire.Bye, 0, wire.AppendError(nil, err))
	os.Exit(0)
}

func (w *worker) enter() (member, error) {
	f, err := find(w.hello.Function)
	if err != nil {
		return member{}, err
	}
	w.function, w.inputs, w.values = f, newCodec(f.in), newCodec(f.out)
	w.results = results{write: w.mustWrite, codec: w.values}
	return f.enter(context.Background())
}

// refuse says why the worker will not start, and ends it.
func (w *worker) refuse(err error) {
	_ = send(w.conn, wire.Ready, ready{
		Version: wire.Version, Nonce: w.hello.Nonce, PID: os.Getpid(), Failed: true,
		Fatal: errors.Is(err, supervisor.ErrFatalStart), Error: wire.AppendError(nil, err),
	})
	os.Exit(exitStart)
}

// execute executes a batch, input by input.
func (w *worker) execute(m member, job job) {
	defer job.cancel(nil)
	items, err := wire.ParseBatch(job.payload)
	if err != nil {
		w.page.unheard()
		die()
	}
	w.results.begin(job.first)
	n := items.Len()
	seq := job.first
	for ; job.ctx.Err() == nil; seq++ {
		item, ok := items.Next()
		if !ok {
			break
		}
		w.page.begin(seq)
		ctx := attemptContext{Context: job.ctx, index: item.Index, attempt: item.Attempt, container: w.hello.Container}
		value, err := m.call(ctx, func(into any) error { return w.inputs.Decode(item.Bytes, into) })
		w.results.add(value, err)
	}
	w.results.flush()
	w.page.enter(phaseIdle) // only now: an input that is not reported was not begun, or is to blame
	if seq < job.first+uint64(n) {
		w.skip(&items)
		w.mustWrite(wire.Results, seq, nil)
	}
}

// skip decodes what will not be executed: a codec must see every message.
func (w *worker) skip(items *wire.BatchReader) {
	for {
		item, ok := items.Next()
		if !ok {
			return
		}
		_, _ = w.function.input(func(into any) error { return w.inputs.Decode(item.Bytes, into) })
	}
}

// mustWrite ends a worker that cannot be heard any more: the parent is gone, and the
// lifeline sees to the rest; or the function has closed what is not its own.
func (w *worker) mustWrite(t wire.Type, seq uint64, payload []byte) {
	if err := w.conn.WriteFrame(t, seq, payload); err != nil {
		w.page.unheard()
		fmt.Fprintln(os.Stderr, "process: the worker cannot write to its parent:", err)
		os.Exit(exitStart)
	}
}
