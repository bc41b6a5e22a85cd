package registry

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// nameOf is the name of a function declared at top level, by which it is found again.
func nameOf(fn any) (string, error) {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return "", fmt.Errorf("registry: want a function declared at top level, not a %T that is nil or no function", fn)
	}
	name := runtime.FuncForPC(v.Pointer()).Name()
	if what := notTopLevel(name); what != "" {
		return "", fmt.Errorf("registry: %s is %s: only a function declared at top level can be found again elsewhere", name, what)
	}
	return name, nil
}

// notTopLevel says what a function is, by the name that the compiler has given it, or ""
// if it is declared at top level. A package's name has its own dots escaped.
func notTopLevel(name string) string {
	if strings.HasSuffix(name, "]") || strings.Contains(name, "[...]") {
		return "an instance of a generic function"
	}
	if strings.HasSuffix(name, "-fm") {
		return "a method value"
	}
	_, rest, _ := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ".")
	if strings.ContainsAny(rest, ".-") {
		return "a closure or a method"
	}
	return ""
}
