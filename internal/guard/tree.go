package guard

import (
	"reflect"
	"slices"
)

// mostErrors is how many errors of a tree are looked at. A chain may be endless: an error can unwrap to
// itself.
const mostErrors = 128

// Tree is err and the errors in it, depth first as errors.Is goes, at most 128 of them and none for
// nil. Their Unwrap is called under guard, once each; what it does wrong ends the branch there.
func Tree(err error) (all []error) {
	walk(err, func(e error) bool {
		all = append(all, e)
		return true
	})
	return all
}

// As is the first error of the tree that is a T and no nil pointer. No As method is asked.
func As[T error](err error) (found T, ok bool) {
	walk(err, func(e error) bool {
		if e, is := e.(T); is && !isNil(e) {
			found, ok = e, true
		}
		return !ok
	})
	return found, ok
}

// Is reports that an error of the tree is target, a pointer as errors.New returns it, or that its Is
// says so, which is called under guard.
func Is(err, target error) (found bool) {
	walk(err, func(e error) bool {
		found = e == target
		if asks, ok := e.(interface{ Is(error) bool }); ok && !found {
			found, _ = Call(reflect.TypeOf(e), func() bool { return asks.Is(target) })
		}
		return !found
	})
	return found
}

// Wraps reports that err is the mark or wraps it, not counting what is within errors that are opaque. No Is method is
// asked for its opinion.
func Wraps(err, mark error, opaque func(error) bool) bool {
	left := mostErrors
	return wraps(err, mark, opaque, &left)
}

func wraps(err, mark error, opaque func(error) bool, left *int) bool {
	if *left--; *left < 0 || err == nil || opaque(err) {
		return false
	}
	return err == mark || slices.ContainsFunc(Unwrap(err), func(inner error) bool { return wraps(inner, mark, opaque, left) })
}

// walk calls visit for the errors of the tree until it says that this was enough, or there were too many.
func walk(err error, visit func(error) bool) {
	left := mostErrors
	step(err, &left, visit)
}

func step(err error, left *int, visit func(error) bool) (more bool) {
	if err == nil {
		return true
	}
	if *left--; *left < 0 || !visit(err) {
		return false
	}
	for _, inner := range Unwrap(err) {
		if !step(inner, left, visit) {
			return false
		}
	}
	return true
}
