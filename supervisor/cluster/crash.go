package cluster

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// death is how a container has crashed, as it crosses.
type death struct {
	Input  int    `json:"input"` // position in its chunk
	Exit   int    `json:"exit,omitempty"`
	Signal string `json:"signal,omitempty"`
	OOM    bool   `json:"oom,omitempty"`
	Output string `json:"output,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Peak   int64  `json:"peak,omitempty"`
	Fatal  bool   `json:"fatal,omitempty"` // no start can succeed
	Lost   bool   `json:"lost,omitempty"`  // it was ended for no fault of its own
	Err    []byte `json:"err,omitempty"`   // see wire.AppendError
	Report []byte `json:"report,omitempty"`
	Stack  string `json:"stack,omitempty"` // where there is no report: of one that was killed
}

// packCrash is a crash as it crosses.
func packCrash(c *supervisor.CrashError) []byte {
	d := death{
		Input: c.Input, Exit: c.Exit, Signal: c.Signal, OOM: c.OOM, Output: c.Output, Kind: c.Kind, Peak: c.PeakMemory,
	}
	if c.Panic != nil || c.Goexit {
		d.Report = wire.CrashReport{Panic: c.Panic, Stack: c.Stack, Goexit: c.Goexit}.Append(nil)
	} else {
		d.Stack = c.Stack
	}
	if c.Err != nil {
		d.Err = wire.AppendError(nil, c.Err)
		d.Fatal, d.Lost = errors.Is(c.Err, supervisor.ErrFatalStart), errors.Is(c.Err, supervisor.ErrLost)
	}
	return encode(d)
}

// parseCrash reads a crash of a container. It reports false for anything else.
func parseCrash(src []byte) (*supervisor.CrashError, bool) {
	var d death
	if json.Unmarshal(src, &d) != nil {
		return nil, false
	}
	c := &supervisor.CrashError{
		Input: d.Input, Exit: d.Exit, Signal: d.Signal, OOM: d.OOM, Output: d.Output, Kind: d.Kind, PeakMemory: d.Peak, Stack: d.Stack,
	}
	if len(d.Report) > 0 {
		report, err := wire.ParseCrash(d.Report)
		if err != nil {
			return nil, false
		}
		c.Panic, c.Stack, c.Goexit = report.Panic, report.Stack, report.Goexit
	}
	if len(d.Err) > 0 {
		err, _, bad := wire.ParseError(d.Err)
		if bad != nil {
			return nil, false
		}
		c.Err = err
	}
	if d.Fatal {
		c.Err = mark(c.Err, supervisor.ErrFatalStart)
	}
	if d.Lost {
		c.Err = mark(c.Err, supervisor.ErrLost)
	}
	return c, true
}

// mark has errors.Is find a mark in err, which may be nil: marks do not cross by themselves.
func mark(err, mark error) error {
	if err == nil || errors.Is(err, mark) {
		return cmp.Or(err, mark)
	}
	return fmt.Errorf("%w (%w)", err, mark)
}

// asCrash is what the runtime of a worker returned.
func asCrash(err error) *supervisor.CrashError {
	if crash, ok := errors.AsType[*supervisor.CrashError](err); ok {
		return crash
	}
	return &supervisor.CrashError{Input: supervisor.NoInput, Err: err}
}
