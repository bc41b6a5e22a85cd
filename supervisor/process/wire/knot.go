package wire

import (
	"errors"
	"reflect"
)

// maxDepth is how deep a value may be. gob follows a value that contains itself until the
// stack is exhausted, and with it goes the process.
const maxDepth = 10_000

var errDeep = errors.New("it is nested too deep, or contains itself")

// mayKnot reports whether a value of type t may be as deep as it likes: whether t contains
// itself, or an interface, which may contain anything.
func mayKnot(t reflect.Type) bool {
	return knotted(t, map[reflect.Type]bool{})
}

// knotted is mayKnot. In seen, the types that t is a part of are true, and those that are
// done false.
func knotted(t reflect.Type, seen map[reflect.Type]bool) bool {
	if open, ok := seen[t]; ok {
		return open
	}
	if encodesItself(t) {
		return false
	}
	seen[t] = true
	defer func() { seen[t] = false }()
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return knotted(t.Elem(), seen)
	case reflect.Map:
		return knotted(t.Key(), seen) || knotted(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() && knotted(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// tooDeep reports whether v, at the given depth, goes beyond maxDepth. It goes where gob goes.
func tooDeep(v reflect.Value, depth int) bool {
	if depth > maxDepth {
		return true
	}
	if !v.IsValid() || !mayHold(v.Type()) || encodesItself(v.Type()) {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return tooDeep(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if !mayHold(v.Type().Elem()) {
			return false
		}
		for i := range v.Len() {
			if tooDeep(v.Index(i), depth+1) {
				return true
			}
		}
	case reflect.Map:
		for key, elem := range v.Seq2() {
			if tooDeep(key, depth+1) || tooDeep(elem, depth+1) {
				return true
			}
		}
	case reflect.Struct:
		for f, field := range v.Fields() {
			if f.IsExported() && tooDeep(field, depth+1) {
				return true
			}
		}
	}
	return false
}

// mayHold reports whether a t has parts at all: those that have none, such as the
// elements of a long slice of numbers, are not looked at.
func mayHold(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return true
	}
	return false
}
