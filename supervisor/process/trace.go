package process

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/longshore-go/longshore/supervisor"
)

// What begins the line with which the Go runtime says why it gives up, on stderr
// alone (golang/go#76859), and long before the end of what follows. In a program with cgo it also gives
// up in C, where all that follows is a SIGABRT: as when it gets no thread, for want of memory or of threads.
const (
	fatalPrefix = "fatal error: "
	cgoPrefix   = "runtime/cgo: "
)

func isFatal(line []byte) bool {
	return bytes.HasPrefix(line, []byte(fatalPrefix)) || bytes.HasPrefix(line, []byte(cgoPrefix))
}

// Where a trace begins: on the runtime's own descriptor behind whatever the function has written there by mistake, on stderr at
// the beginning of a line.
var (
	beginning     = pattern(`panic: |fatal error: |SIG[A-Z]+: |\[signal |goroutine \d+ `)
	lineBeginning = pattern(`(?m)^(panic: |fatal error: |SIG[A-Z]+: )`)
)

// pattern is compiled when it is needed: every worker would pay for it, to start.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// initTrace is what the Go runtime prints on stderr of a program that dies before [Main]: from the line that
// says why on, if a goroutine follows.
func initTrace(output string) string {
	at := lineBeginning().FindStringIndex(output)
	if at == nil || !strings.Contains(output[at[0]:], "\ngoroutine ") {
		return ""
	}
	return output[at[0]:]
}

// readTrace makes sense of what the Go runtime prints when it dies with exit code 2. Anybody
// may exit with that code and print what looks like it; what tells is the trace on the
// runtime's own descriptor. fatal is the last line on stderr that is one of the runtime's.
func readTrace(crash *supervisor.CrashError, trace, fatal string) {
	crash.Stack = trace
	if at := beginning().FindStringIndex(trace); at != nil {
		trace = trace[at[0]:]
	}
	first, _, _ := strings.Cut(trace, "\n")
	switch {
	case strings.HasPrefix(first, "panic: "):
		crash.Kind, crash.Panic = KindPanic, strings.TrimPrefix(first, "panic: ")
		return
	case strings.HasPrefix(first, "SIGABRT: ") && strings.HasPrefix(fatal, cgoPrefix):
		crash.Kind = KindFatal
	case strings.HasPrefix(first, "SIG") || strings.HasPrefix(first, "[signal "):
		crash.Kind, crash.Err = KindSignal, errors.New(first)
		return
	case strings.Contains(fatal, "stack overflow"):
		crash.Kind = KindStackOverflow
	case strings.Contains(fatal, "out of memory") || strings.Contains(fatal, "cannot allocate memory"):
		crash.Kind, crash.OOM = KindOOM, true
	default:
		crash.Kind = KindFatal
	}
	crash.Err = errors.New(cmp.Or(fatal, first))
}
