package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// worker is a worker process, seen from inside. The goroutine that executes the function reads
// its batches itself: to hand each over from a reader would wake a thread on another core, which
// takes ten times as long as the round trip. What must be heard while it executes comes by
// the lifeline, to a goroutine that does nothing else.
type worker struct {
	page     *page
	conn     *wire.Conn
	lifeline *wire.Conn

	hello    hello
	function *registry.Function
	inputs   wire.Codec
	values   wire.Codec
	results  results
	ending   ending
}

// serve is the worker's life. It does not return.
func (w *worker) serve(nonce string) {
	go w.live(nonce)
	w.obey()
}

// greet reads what this worker is to be.
func (w *worker) greet(nonce string) {
	frame, err := w.conn.ReadFrame()
	if err == nil {
		err = parse(frame, wire.Hello, &w.hello)
	}
	if err == nil && w.hello.Nonce != nonce {
		err = errors.New("process: a parent that does not know us")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitStart)
	}
	retitle(shown, w.hello.Title)
	if soft := w.hello.Memory / 10 * 9; soft > 0 && soft < debug.SetMemoryLimit(-1) {
		debug.SetMemoryLimit(soft)
	}
}

// live executes the function from enter to exit, on the one goroutine that it ever sees.
func (w *worker) live(nonce string) {
	defer w.guard()
	w.greet(nonce)
	m, err := w.enter()
	if err != nil {
		w.refuse(err)
	}
	w.page.enter(phaseIdle)
	_ = send(w.conn, wire.Ready, ready{
		Nonce: w.hello.Nonce, PID: os.Getpid(), Backstop: setBackstop(w.hello.Memory),
	})
	for {
		frame, err := w.conn.ReadFrame()
		if err != nil {
			w.lose()
		}
		if frame.Type == wire.Drain {
			break
		}
		w.execute(m, frame)
	}
	w.page.enter(phaseExit)
	if m.Exit != nil {
		err = m.Exit(context.Background())
	}
	_ = w.conn.WriteFrame(wire.Bye, 0, wire.AppendError(nil, err))
	os.Exit(0)
}

func (w *worker) enter() (registry.Member, error) {
	f, err := registry.Find(w.hello.Function)
	if err != nil {
		return registry.Member{}, err
	}
	w.function, w.inputs, w.values = f, registry.NewCodec(f.In), registry.NewCodec(f.Out)
	w.results = results{
		write: w.mustWrite, codec: w.values, foreign: wire.Foreign(w.values),
		batches: f.Batches(),
	}
	return f.Enter(context.Background())
}

// refuse says why the worker will not start, and ends it.
func (w *worker) refuse(err error) {
	_ = send(w.conn, wire.Ready, ready{
		Nonce: w.hello.Nonce, PID: os.Getpid(), Failed: true,
		Fatal: guard.Wraps(err, supervisor.ErrFatalStart, nested), Error: wire.AppendError(nil, err),
	})
	os.Exit(exitStart)
}

// nested is an error of containers that enter has had itself.
func nested(err error) bool {
	_, crash := err.(*supervisor.CrashError) // a CutoffError unwraps to one
	return crash
}

// execute executes a batch, input by input.
func (w *worker) execute(m registry.Member, batch wire.Frame) {
	items, err := wire.ParseBatch(batch.Payload)
	if err != nil || batch.Type != wire.Batch {
		w.lose()
	}
	within := w.ending.begin(batch.Seq)
	defer w.ending.end()
	end := batch.Seq + uint64(items.Len())
	w.results.begin(batch.Seq, end)
	seq := batch.Seq
	for ; seq < end && within.Err() == nil; seq++ {
		item, _ := items.Next()
		w.page.begin(seq)
		ctx := registry.NewAttempt(within, supervisor.Attempt{
			Index: item.Index, Attempt: item.Attempt, Container: w.hello.Container,
		}, item.Timeout, item.Deadline)
		value, err := m.Call(ctx, func(into any) error { return w.conn.Decode(w.inputs, item.Bytes, into) })
		ctx.End()
		w.results.add(value, err)
	}
	w.results.flush()
	w.page.rest() // only now: an input that is not reported was not begun, or is to blame
	if seq < end {
		w.skip(&items)
		w.mustWrite(wire.Results, seq, nil, nil)
	}
}

// skip decodes what will not be executed: a codec must see every message.
func (w *worker) skip(items *wire.BatchReader) {
	decode := w.function.Input(items.Len(), func(src []byte, into any) error { return w.conn.Decode(w.inputs, src, into) })
	for {
		item, ok := items.Next()
		if !ok {
			return
		}
		_, _ = decode(item.Bytes)
	}
}

// mustWrite ends a worker that cannot be heard any more: the parent is gone, and the
// lifeline sees to the rest; or the function has closed what is not its own.
func (w *worker) mustWrite(t wire.Type, seq uint64, head, tail []byte) {
	if err := w.conn.WriteParts(t, seq, head, tail); err != nil {
		w.page.unheard()
		fmt.Fprintln(os.Stderr, "process: the worker cannot write to its parent:", err)
		os.Exit(exitStart)
	}
}

// lose ends a worker that does not understand its parent, or has none.
func (w *worker) lose() {
	w.page.unheard()
	die()
}
