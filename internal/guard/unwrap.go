package guard

import (
	"reflect"
	"slices"
)

// Unwrap is what err itself wraps, nothing where its method does something else. It is called under guard, unless
// it is known to return what it has: nobody's mark is lost then on a machine that has too much to do.
func Unwrap(err error) []error {
	switch err.(type) {
	case interface{ Unwrap() error }, interface{ Unwrap() []error }:
	default:
		return nil
	}
	if standard(err) {
		return unwrap(err)
	}
	inner, _ := Call(reflect.TypeOf(err), func() []error { return unwrap(err) })
	return inner
}

func unwrap(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// standard reports an error whose Unwrap returns what it has, as those of the standard library and ours.
func standard(err error) bool {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return slices.Contains(wrappers, t.PkgPath()) && !isNil(err)
}

// wrappers are the packages of such errors.
var wrappers = []string{
	"fmt", "errors", "io/fs", "os", "net", "net/url",
	ours + "policy", ours + "supervisor", ours + "mapper", ours + "supervisor/process/wire",
}

const ours = "github.com/longshore-go/longshore/"

func isNil(err error) bool {
	v := reflect.ValueOf(err)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Owner says whose methods err calls, for [Call]: the type of the first error in it that is not known to have what it
// returns. What is wrapped in such a one is not the fault of all that are.
func Owner(err error) reflect.Type {
	left := mostErrors
	if found := stranger(err, &left); found != nil {
		return found
	}
	return reflect.TypeOf(err)
}

func stranger(err error, left *int) reflect.Type {
	if *left--; err == nil || *left < 0 {
		return nil
	}
	if !standard(err) {
		return reflect.TypeOf(err)
	}
	for _, inner := range unwrap(err) {
		if found := stranger(inner, left); found != nil {
			return found
		}
	}
	return nil
}
