package process

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// guard is the deferred call of the goroutine that executes the function, which
// never returns: so it panics, or has called runtime.Goexit. It reports that and ends
// the worker. A panic on another goroutine ends the worker by itself, and its trace is
// what the parent knows.
func (w *worker) guard() {
	defer os.Exit(exitCrash) // even if a method of the panic's value ends this goroutine
	value := recover()
	report := wire.CrashReport{Panic: value, Goexit: value == nil, Stack: stack()}
	phase, seq := w.page.read()
	if phase == phaseInput {
		w.results.flush()
	}
	_ = w.conn.WriteFrame(wire.Crash, seq, report.Append(nil))
}

const (
	stackDepth  = 64
	guardFrames = 3 // runtime.Callers, stack, guard
)

// stack is the stack below guard: while panicking, that of the panic.
func stack() string {
	var pcs [stackDepth]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(guardFrames, pcs[:])])
	var b strings.Builder
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			b.WriteString(f.Function + "\n\t" + f.File + ":" + strconv.Itoa(f.Line) + "\n")
		}
		if !more {
			return b.String()
		}
	}
}
