package guard

import (
	"reflect"
	"slices"
	"sync"
)

// mostErrors is how many errors of a tree are looked at. A chain may be endless: an error can unwrap to
// itself.
const mostErrors = 128

// Tree is err and the errors in it, depth first as errors.Is goes, at most 128 of them and none for
// nil. Their Unwrap is called under guard, once each; what it does wrong ends the tree there.
func Tree(err error) []error {
	if err == nil {
		return nil
	}
	var t tree
	if _, failure := Ask(err, func() struct{} { t.walk(err); return struct{}{} }); failure != nil && failure.Refused {
		return []error{err}
	}
	if all := t.all(); len(all) > 0 {
		return all
	}
	return []error{err} // on a busy machine the walk may not even have begun
}

// Ask calls f, which calls methods by which err and the errors in it unwrap, and no others. It does so under guard,
// unless all of them are those of fmt, errors and package policy, which return what they have.
func Ask[T any](err error, f func() T) (T, *Failure) {
	if most := mostErrors; tame(err, &most) {
		return f(), nil
	}
	return Call(Owner(err), f)
}

// Owner says whose methods err calls, for [Call]: the type of the first error in it that is not one of fmt, errors or
// package policy. What is wrapped in such a one is not the fault of all that are.
func Owner(err error) reflect.Type {
	most := mostErrors
	if found := stranger(err, &most); found != nil {
		return found
	}
	return reflect.TypeOf(err)
}

func stranger(err error, most *int) reflect.Type {
	if *most--; err == nil || *most < 0 {
		return nil
	}
	if !standard(err) {
		return reflect.TypeOf(err)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return stranger(e.Unwrap(), most)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if found := stranger(inner, most); found != nil {
				return found
			}
		}
	}
	return nil
}

// As is the first error of the tree that is a T and no nil pointer. No As method is asked, and nothing at all where err
// itself is one.
func As[T error](err error) (found T, ok bool) {
	if e, is := err.(T); is && !isNil(e) {
		return e, true
	}
	for _, e := range Tree(err) {
		if e, is := e.(T); is && !isNil(e) {
			return e, true
		}
	}
	return found, false
}

func isNil(err error) bool {
	v := reflect.ValueOf(err)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Is reports that an error of the tree is target, a pointer as errors.New returns it, or that its Is
// says so, which is called under guard.
func Is(err, target error) bool {
	for _, e := range Tree(err) {
		if e == target {
			return true
		}
		if asks, ok := e.(interface{ Is(error) bool }); ok {
			if yes, _ := Call(Owner(e), func() bool { return asks.Is(target) }); yes {
				return true
			}
		}
	}
	return false
}

// Wraps reports that err is the mark or wraps it, not counting what is within errors that are opaque. It is not errors.Is:
// that asks methods of the user's for their opinion. Those that unwrap are called under guard: where one panics, calls
// runtime.Goexit, or does not return, there is no mark.
func Wraps(err, mark error, opaque func(error) bool) bool {
	found, _ := Ask(err, func() bool {
		left := mostErrors
		return wraps(err, mark, opaque, &left)
	})
	return found
}

func wraps(err, mark error, opaque func(error) bool, left *int) bool {
	if *left--; *left < 0 || err == nil || opaque(err) {
		return false
	}
	return err == mark || slices.ContainsFunc(unwrap(err), func(inner error) bool { return wraps(inner, mark, opaque, left) })
}

// Unwrap is what err itself wraps, nothing where its method does something else. It is called under guard.
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

// tame reports a tree of at most so many errors whose wrappers are standard. They have what they
// return, and need no goroutine.
func tame(err error, most *int) bool {
	if *most--; *most < 0 {
		return false
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return standard(err) && tame(e.Unwrap(), most)
	case interface{ Unwrap() []error }:
		return standard(err) && !slices.ContainsFunc(e.Unwrap(), func(inner error) bool { return !tame(inner, most) })
	}
	return true
}

func standard(err error) bool {
	t := reflect.TypeOf(err)
	return t.Kind() == reflect.Pointer && !isNil(err) && slices.Contains(wrappers, t.Elem().PkgPath())
}

// wrappers are the packages whose errors have what they unwrap to.
var wrappers = []string{"fmt", "errors", "github.com/longshore-go/longshore/policy"}

// tree collects errors. It is locked, since a walk that was given up goes on.
type tree struct {
	mu     sync.Mutex
	errors []error
}

func (t *tree) all() []error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.errors[:len(t.errors):len(t.errors)]
}

// add reports whether there is room for more.
func (t *tree) add(err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.errors) < mostErrors {
		t.errors = append(t.errors, err)
	}
	return len(t.errors) < mostErrors
}

func (t *tree) walk(err error) bool {
	if err == nil {
		return true
	}
	if !t.add(err) {
		return false
	}
	for _, inner := range unwrap(err) {
		if !t.walk(inner) {
			return false
		}
	}
	return true
}

// unwrap is what err unwraps to, nothing where it panics.
func unwrap(err error) (inner []error) {
	defer func() {
		if recover() != nil {
			inner = nil
		}
	}()
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}
