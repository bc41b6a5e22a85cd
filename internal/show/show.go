package show

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/longshore-go/longshore/internal/guard"
)

// Limit is how long a text is where the limit is zero.
const Limit = 64 << 10

// Text says what v is, as fmt's %v does for most values.
func Text(v any, limit int) string {
	switch v := v.(type) {
	case string:
		return cut(v, limit)
	case error:
		return Error(v, limit)
	case fmt.Stringer:
		return said(v, "String", v.String, limit)
	}
	return render(v, limit)
}

// Error is what err says, "<nil>" for nil.
func Error(err error, limit int) string {
	switch {
	case err == nil:
		return "<nil>"
	case isJoin(err):
		return cut(joined(err, limit), limit)
	case ours(err) && tooDeep(err):
		return cut("a "+Type(err)+" in which others are nested too deep", limit)
	case tame(err):
		return cut(err.Error(), limit)
	}
	return saidBy(guard.Owner(err), err, "Error", err.Error, limit)
}

// said is what a method of v returns, or what it has done instead.
func said(v any, method string, call func() string, limit int) string {
	return saidBy(reflect.TypeOf(v), v, method, call, limit)
}

func saidBy(owner reflect.Type, v any, method string, call func() string, limit int) string {
	text, failure := guard.Call(owner, call)
	if failure == nil {
		return cut(text, limit)
	}
	if failure.Panic != nil && isNil(v) {
		return "<nil>" // as fmt has it
	}
	return cut("("+Type(v)+") "+method+" "+Did(failure), limit)
}

// Did says what a call has done instead of returning.
func Did(failure *guard.Failure) string {
	switch {
	case failure.Panic != nil:
		return "panicked: " + plain(failure.Panic.Value)
	case failure.Goexit:
		return "called runtime.Goexit"
	case failure.Overdue > 0:
		return fmt.Sprintf("has not returned within %v", failure.Overdue)
	default:
		return "is not called any more: it does not return"
	}
}

// plain says what a method has panicked with. Errors that cannot go wrong may speak for themselves:
// the others are of the same making as the one that has just failed.
func plain(v any) string {
	const limit = 1000
	if err, ok := v.(error); ok && tame(err) {
		return cut(err.Error(), limit)
	}
	return render(v, limit)
}

// Type is the type of v as fmt's %T has it, at most 200 bytes of it.
func Type(v any) string { return cut(fmt.Sprintf("%T", v), 200) }

// tame reports an error whose Error is the standard library's, and returns a text that it has, or
// ours, and calls what is in it by this package: most errors are such, and need no goroutine.
func tame(err error) bool {
	if ours(err) {
		return true
	}
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.PkgPath() {
	case "runtime", "fmt":
		return !isNil(err)
	case "errors":
		return t.Name() == "errorString" && !isNil(err)
	}
	return false
}

func isNil(v any) bool {
	at := reflect.ValueOf(v)
	return at.Kind() == reflect.Pointer && at.IsNil()
}

// cut is text with at most limit bytes, a copy where something is cut off.
func cut(text string, limit int) string {
	if limit <= 0 {
		limit = Limit
	}
	if len(text) <= limit {
		return text
	}
	const mark = "…"
	if limit < len(mark) {
		return ""
	}
	at := limit - len(mark)
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return strings.Clone(text[:at]) + mark
}
