package process

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
)

// diagnose finds out how the worker ended, from all that is left of it, or returns
// nil if that was in order. Only own calls it, when all others are done. What the worker has said
// itself comes first, then what we have done to it, then what the system says.
func (c *container) diagnose() *supervisor.CrashError {
	code, signal := status(c.state)
	phase, seq := c.proc.page.read()
	crash := &supervisor.CrashError{
		Container: c.launch.Container, Phase: phases[phase], Input: supervisor.NoInput,
		Exit: code, Signal: signal, Output: string(c.printed.tail),
		PeakMemory: max(c.memory.peak.Load(), c.proc.group.peak()),
	}
	why := c.reason.Load()
	unheard := phase == phaseUnheard || phase == phaseUnheardIdle
	c.begun, c.executing = seq, phase == phaseInput || phase == phaseUnheard
	c.spoilt = unheard || why != nil && why.kind == KindProtocol
	switch {
	case c.crash != nil:
		c.fromReport(crash)
	case c.hello.Failed:
		c.fromRefusal(crash)
	case c.bye && why == nil && code == 0:
		return nil
	case why != nil:
		crash.Kind, crash.Err, crash.OOM = why.kind, why.err, why.kind == KindMemory
		crash.Stack = cmp.Or(c.dump, string(c.printed.trace)) // if it had the time to say
		if phase == phaseStart {
			crash.Err = fmt.Errorf("%w (it has not come to process.Main: is that the first thing in main?)", why.err)
		}
	case c.proc.group.oomKilled():
		crash.Kind, crash.OOM, crash.Err = KindOOM, true, errors.New("process: killed by the kernel at its memory limit")
	case code == exitCrash && len(c.printed.trace) > 0:
		readTrace(crash, string(c.printed.trace), c.printed.fatal)
	case phase == phaseStart && signal == "":
		c.beforeMain(crash)
	case unheard:
		crash.Kind, crash.Err = KindProtocol, errors.New("process: the worker lost the connection to its parent")
	case signal == "":
		crash.Kind, crash.Err = KindExit, fmt.Errorf("process: the worker exited with code %d", code)
	case signal == "killed":
		crash.Kind = KindKilled
		crash.Err = fmt.Errorf("process: the worker was killed, by the kernel for want of memory or by an operator (it had %.1f MiB)",
			mib(crash.PeakMemory))
	default:
		crash.Kind, crash.Err = KindSignal, fmt.Errorf("process: the worker died of a signal: %s", signal)
	}
	return crash
}

var phases = map[uint64]supervisor.Phase{
	phaseStart: supervisor.PhaseStart, phaseMain: supervisor.PhaseStart, phaseIdle: supervisor.PhaseIdle,
	phaseInput: supervisor.PhaseInput, phaseExit: supervisor.PhaseExit,
	phaseUnheard: supervisor.PhaseInput, phaseUnheardIdle: supervisor.PhaseIdle,
}

// fromReport is a panic or Goexit that the worker has recovered from to tell us.
func (c *container) fromReport(crash *supervisor.CrashError) {
	crash.Kind, crash.Panic, crash.Goexit, crash.Stack = KindPanic, c.crash.Panic, c.crash.Goexit, c.crash.Stack
	if crash.Goexit {
		crash.Kind = KindGoexit
	}
}

// fromRefusal is what a worker says that will not start.
func (c *container) fromRefusal(crash *supervisor.CrashError) {
	err, bad := c.parseError(c.hello.Error)
	if bad != nil {
		err = bad
	}
	if c.hello.Fatal {
		err = &fatalStart{err}
	}
	crash.Kind, crash.Phase, crash.Err = KindStart, supervisor.PhaseStart, err
}

// beforeMain is the end of a worker that has not come to Main: something that is initialized has panicked, whose
// trace is on stderr then; or the program does something else first, such as to read its flags, and always will.
func (c *container) beforeMain(crash *supervisor.CrashError) {
	if trace := initTrace(crash.Output); crash.Exit == exitCrash && trace != "" {
		readTrace(crash, trace, c.printed.fatal)
		return
	}
	crash.Kind = KindExit
	crash.Err = fatal("the worker ended before process.Main: is it the first thing in main? (it exited with code %d)", crash.Exit)
}

// fatalStart is the error of a worker that no further start can mend, whatever the wire has left
// of it.
type fatalStart struct{ error }

func (e *fatalStart) Unwrap() []error { return []error{e.error, supervisor.ErrFatalStart} }
