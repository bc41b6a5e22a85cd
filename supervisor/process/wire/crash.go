package wire

import "github.com/longshore-go/longshore/internal/show"

// maxStack is how many bytes of a stack cross.
const maxStack = 64 << 10

// A CrashReport is the payload of a [Crash] frame: how a function ended that did not
// return. The frame's Seq is that of the input that it executed.
type CrashReport struct {
	Panic  any    // an error as [ParseError] returns it, or the text of any other value; nil for Goexit
	Stack  string // where it panicked
	Goexit bool   // it called runtime.Goexit
}

const (
	panicNone = iota
	panicText
	panicError
)

// Append appends the report to dst. A stack over 64 KB is trimmed, and the text of what it
// panicked with like that of an error. It never panics.
func (r CrashReport) Append(dst []byte) []byte {
	goexit := byte(0)
	if r.Goexit {
		goexit = 1
	}
	dst = appendText(append(dst, goexit), trim(r.Stack, maxStack))
	switch value := r.Panic.(type) {
	case nil:
		return append(dst, panicNone)
	case error:
		return AppendError(append(dst, panicError), value)
	default:
		return appendText(append(dst, panicText), show.Text(value, maxText))
	}
}

// ParseCrash reads a whole payload, or returns a *[ProtocolError].
func ParseCrash(payload []byte) (CrashReport, error) {
	r := errorReader{cursor: cursor{buf: payload}, left: 2 * maxErrors}
	goexit := r.byte()
	report := CrashReport{Goexit: goexit == 1, Stack: r.text()}
	switch r.byte() {
	case panicNone:
	case panicText:
		report.Panic = r.text()
	case panicError:
		report.Panic = r.node(r.byte(), 0)
	default:
		r.fail()
	}
	if r.failed || goexit > 1 || len(r.buf) > 0 {
		return CrashReport{}, bad("crash report", "%d bytes are not one", len(payload))
	}
	return report, nil
}
