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
	if most := mostErrors; tame(err, &most) {
		t.walk(err)
	} else {
		Call(reflect.TypeOf(err), func() struct{} { t.walk(err); return struct{}{} })
	}
	return t.all()
}

// As is the first error of the tree that is a T and no nil pointer. No As method is asked.
func As[T error](err error) (found T, ok bool) {
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
			if yes, _ := Call(reflect.TypeOf(e), func() bool { return asks.Is(target) }); yes {
				return true
			}
		}
	}
	return false
}

// tame reports a tree of at most so many errors whose wrappers are those of fmt and errors. They have
// what they return, and need no goroutine.
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
	return t.Kind() == reflect.Pointer && !isNil(err) && (t.Elem().PkgPath() == "fmt" || t.Elem().PkgPath() == "errors")
}

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
