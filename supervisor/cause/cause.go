package cause

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/longshore-go/longshore/supervisor"
)

// Cause is what failures have in common. The zero value is that of no error.
type Cause struct {
	// Key is the same for the same cause, within one program and version, and says
	// nothing else: 16 hexadecimal digits.
	Key string

	// Title is the message with # for numbers and … for names, 200 characters at most.
	Title string

	// Type is that of the error, in the way of %T, without what was only wrapped around it;
	// empty for an error that has none to speak of, as from errors.New. Of a crash it is how the
	// container ended: panic, goexit, the Kind that its runtime gave, or crash.
	Type string

	// Frame is where a crash has happened, if that is known: the function, and the file and
	// line in parentheses, which are not part of the Key.
	Frame string
}

const (
	titleLength = 200 // characters
	typeLength  = 80
	textLength  = 1000 // of what an error says; a pattern is shorter than the text
	nesting     = 16   // errors within errors that are looked at
)

// Of returns the cause of err, the zero Cause for nil. It takes microseconds, and reads little
// of a text that is long.
func Of(err error) Cause {
	if err == nil {
		return Cause{}
	}
	c, function := look(err)
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%q %q %q", c.Type, c.Title, function)
	c.Key = fmt.Sprintf("%016x", hash.Sum64())
	return c
}

// look is all of a cause but its key, and the whole name of the function where it has happened. Methods of an error
// may panic, those of a nil pointer do: that is then what we know of it.
func look(err error) (c Cause, function string) {
	defer func() {
		if recover() != nil {
			c = Cause{Title: "an error that panics when it is asked", Type: Clean(fmt.Sprintf("%T", err), typeLength)}
			function = ""
		}
	}()
	c.Title, c.Type = Clean(pattern(err, nesting), titleLength), Clean(kind(err), typeLength)
	if crash, ok := errors.AsType[*supervisor.CrashError](err); ok {
		function, c.Frame = frame(crash.Stack)
	}
	return c, function
}

// pattern is what err says without what differs from one input to the next. What an error
// contains is dealt with by itself, for only its type tells that part of it is a file's name;
// so it has to stand in the text as it is, as %w puts it there.
func pattern(err error, depth int) string {
	switch e := err.(type) {
	case *supervisor.CrashError:
		return reason(e, depth)
	case *supervisor.CutoffError:
		return "gave up (" + e.Rule.String() + "): " + patternOf(e.Last, depth)
	case *fs.PathError:
		return e.Op + " …: " + within(e.Err, depth)
	case *os.LinkError:
		return e.Op + " …: " + within(e.Err, depth)
	case *net.OpError:
		return e.Op + " " + e.Net + ": " + within(e.Err, depth)
	case *net.DNSError:
		return "lookup …: " + scrub(Clean(e.Err, textLength))
	}
	return splice(textOf(err), parts(err), depth)
}

// splice is text as a pattern, in which the errors it contains stand for themselves.
func splice(text string, inner []error, depth int) string {
	var b strings.Builder
	for _, e := range inner {
		said := textOf(e)
		if before, after, found := strings.Cut(text, said); found && said != "" && depth > 0 {
			b.WriteString(scrub(before) + pattern(e, depth-1))
			text = after
		}
	}
	return b.String() + scrub(text)
}

func within(err error, depth int) string {
	if err == nil || depth == 0 {
		return ""
	}
	return pattern(err, depth-1)
}

func patternOf(crash *supervisor.CrashError, depth int) string {
	if crash == nil {
		return ""
	}
	return within(crash, depth)
}

// reason is that of a crash; which container it was, and on which input, says nothing.
func reason(crash *supervisor.CrashError, depth int) string {
	inner := crash.Unwrap()
	switch {
	case crash.Panic != nil && inner != nil:
		return "panic: " + within(inner, depth)
	case crash.Panic == nil && !crash.Goexit && inner != nil:
		return within(inner, depth)
	default:
		return scrub(Clean(crash.Reason(), textLength))
	}
}

// textOf is what err says, cleaned. fmt survives an Error that panics, as that of a nil pointer may.
func textOf(err error) string { return Clean(fmt.Sprint(err), textLength) }

// parts is what err contains, at most the first few of many.
func parts(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return []error{inner}
		}
	case interface{ Unwrap() []error }:
		all := e.Unwrap()
		return all[:min(len(all), nesting)]
	}
	return nil
}

// kind is the type of the outermost error that has one to speak of.
func kind(err error) string {
	for range nesting {
		if crash, ok := err.(*supervisor.CrashError); ok {
			return crashKind(crash)
		}
		if name := fmt.Sprintf("%T", err); !anonymous(name) {
			return name
		}
		inner := parts(err)
		if len(inner) == 0 || inner[0] == nil {
			break
		}
		err = inner[0]
	}
	return ""
}

// anonymous reports a type that says nothing of the error: those behind errors.New, fmt.Errorf and
// errors.Join, and ours that say whose error it is, or what to do about it.
func anonymous(name string) bool {
	for _, prefix := range []string{"*errors.", "*fmt.", "*policy.", "*supervisor.sentinel", "*wire."} {
		if strings.HasPrefix(name, prefix) && name != "*policy.InvalidError" {
			return true
		}
	}
	return name == "*mapper.InputError" || name == "*mapper.ExitError"
}

func crashKind(crash *supervisor.CrashError) string {
	switch {
	case crash.Kind != "":
		return crash.Kind
	case crash.Goexit:
		return "goexit"
	case crash.Panic != nil:
		return "panic"
	default:
		return "crash"
	}
}
