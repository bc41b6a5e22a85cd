package process

import (
	"context"
	"sync"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// obey reads the lifeline: what the parent says while the function executes, and that the
// parent is dead, whose end of the pipe closes then. It does not return.
func (w *worker) obey() {
	for {
		frame, err := w.lifeline.ReadFrame()
		if err != nil {
			w.lose() // to nobody, if the parent is dead; the function may also have closed what is not its own
		}
		switch frame.Type {
		case wire.Cancel:
			cause, _, err := wire.ParseError(frame.Payload)
			if err != nil {
				w.lose()
			}
			w.ending.tell(frame.Seq, cause)
		case wire.Stats:
			w.tellStacks()
		}
	}
}

// ending is the end of the context of a batch. The news of it takes another way than the
// batch and may be there before it.
type ending struct {
	mu     sync.Mutex
	first  uint64 // of the batch that executes, or the last one
	cancel context.CancelCauseFunc
	told   uint64 // which batch is to end
	cause  error
}

// begin returns the context of a batch.
func (e *ending) begin(first uint64) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	e.mu.Lock()
	defer e.mu.Unlock()
	e.first, e.cancel = first, cancel
	if e.told == first {
		cancel(e.cause)
	}
	return ctx
}

// end ends the context of the batch that has been executed.
func (e *ending) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cancel(nil)
}

// tell ends the context of a batch early, even if the batch has yet to come.
func (e *ending) tell(first uint64, cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told, e.cause = first, cause
	if e.first == first {
		e.cancel(cause)
	}
}
