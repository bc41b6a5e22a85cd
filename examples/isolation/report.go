package main

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// report is what came of a run.
type report struct {
	files   int
	parsed  int
	broken  int // files that do not parse
	total   facts
	victims []mapper.Result[task, facts] // the faults, and whoever else lost a worker
	began   time.Time
}

func (rep *report) add(r mapper.Result[task, facts]) {
	switch {
	case r.Err == nil:
		rep.parsed++
		rep.total.Lines += r.Value.Lines
		rep.total.Funcs += r.Value.Funcs
	case r.Input.Fault != "" || crashOf(r.Err) != nil:
		rep.victims = append(rep.victims, r)
	default:
		rep.broken++
	}
}

// print prints a line for each bad input: what kind of end its worker took, after how many
// attempts, why, and where it was.
func (rep *report) print(w io.Writer, stats mapper.Stats) {
	fmt.Fprintf(w, "%d of %d files parsed, %d broken: %d lines, %d functions, in %v\n",
		rep.parsed, rep.files, rep.broken, rep.total.Lines, rep.total.Funcs, time.Since(rep.began).Round(time.Millisecond))
	fmt.Fprintf(w, "%d workers started, %d attempts timed out\n\n", stats.Pool.Starts, stats.TimedOut)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "input\tkind\tattempts\treason\twhere")
	for _, r := range rep.victims {
		kind, why, at := "error", r.Err.Error(), ""
		if crash := crashOf(r.Err); crash != nil {
			kind, at = crash.Kind, where(crash.Stack)
			if _, late := errors.AsType[*mapper.TimeoutError](r.Err); !late {
				why = reason(crash)
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", r.Input.Fault+r.Input.File, kind, r.Attempts, why, at)
	}
	table.Flush()
}

// crashOf is how the worker of an input has ended, nil if it has not: also one that was
// killed for its time.
func crashOf(err error) *supervisor.CrashError {
	if e, ok := errors.AsType[*mapper.TimeoutError](err); ok {
		return e.Crash
	}
	crash, _ := errors.AsType[*supervisor.CrashError](err)
	return crash
}

// reason is the crash in words, without which container and input it was.
func reason(crash *supervisor.CrashError) string {
	if crash.Err != nil {
		return crash.Err.Error()
	}
	return crash.Error()
}

// where is the first line of a stack that is in this program: what is above it is the Go
// runtime, busy with the end.
func where(stack string) string {
	for line := range strings.Lines(stack) {
		if name, ok := strings.CutPrefix(line, packagePath); ok {
			name, _, _ = strings.Cut(name, "(")
			return strings.TrimSpace(name)
		}
	}
	return "-"
}

// packagePath is how the names of our functions begin in a stack.
var packagePath = strings.TrimSuffix(runtime.FuncForPC(reflect.ValueOf(inspect).Pointer()).Name(), "inspect")
