package cause

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"net"
	"os"
	"reflect"
	"strings"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
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
	// container ended: panic, goexit, the Kind that its runtime gave; or the type of the error that its start
	// returned; or crash.
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
// of a text that is long. Whatever the methods of err do, it returns.
func Of(err error) Cause {
	if err == nil {
		return Cause{}
	}
	f, failure := guard.Call(reflect.TypeOf(err), func() finding { return look(err) })
	if failure != nil {
		f.cause = Cause{Title: wild(failure), Type: Clean(show.Type(err), typeLength)}
	}
	c := f.cause
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%q %q %q", c.Type, c.Title, f.function)
	c.Key = fmt.Sprintf("%016x", hash.Sum64())
	return c
}

// finding is all of a cause but its key, and the whole name of the function where it has happened.
type finding struct {
	cause    Cause
	function string
}

func look(err error) (f finding) {
	f.cause = Cause{Title: Clean(pattern(err, nesting), titleLength), Type: Clean(kind(err), typeLength)}
	crash, ok := err.(*supervisor.CrashError)
	if !ok {
		crash, ok = guard.As[*supervisor.CrashError](err)
	}
	if ok {
		f.function, f.cause.Frame = frame(crash.Stack)
	}
	return f
}

const panics = "an error that panics when it is asked"

// wild is what we know of an error whose methods bring nothing, as those of a nil pointer may.
func wild(failure *guard.Failure) string {
	switch {
	case failure.Panic != nil:
		return panics
	case failure.Goexit:
		return "an error that calls runtime.Goexit when it is asked"
	}
	return "an error that does not return when it is asked"
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
		if depth == 0 {
			break
		}
		said := textOf(e)
		if before, after, found := strings.Cut(text, said); found && said != "" {
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

// textOf is what err says, cleaned. It is called under guard, and catches what one error of several does.
func textOf(err error) (text string) {
	defer func() {
		if recover() == nil {
			return
		}
		text = panics
		if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
			text = "<nil>" // as fmt has it
		}
	}()
	if _, several := err.(interface{ Unwrap() []error }); several {
		return Clean(show.Error(err, textLength), textLength) // they may be more than there is room for
	}
	return Clean(err.Error(), textLength)
}

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
			if how := crashKind(crash); how != "" {
				return how
			}
		} else if !anonymous(err) {
			return show.Type(err)
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
// errors.Join, and ours that say whose error it is, where it came from, or what to do about it.
func anonymous(err error) bool {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	path, ours := strings.CutPrefix(t.PkgPath(), "github.com/longshore-go/longshore/")
	switch {
	case !ours:
		return path == "errors" || path == "fmt" || path == "github.com/pkg/errors"
	case path == "policy":
		return t.Name() != "InvalidError"
	case path == "mapper":
		return t.Name() == "InputError" || t.Name() == "ExitError"
	default:
		return path == "supervisor/process/wire" && t.Name() == "RemoteError"
	}
}

// crashKind is how a container ended, empty where its start or its runtime has returned an error that says it.
func crashKind(crash *supervisor.CrashError) string {
	switch {
	case crash.Kind != "":
		return crash.Kind
	case crash.Goexit:
		return "goexit"
	case crash.Panic != nil:
		return "panic"
	case crash.Err != nil:
		return ""
	default:
		return "crash"
	}
}
