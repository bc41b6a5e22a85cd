package wire

import (
	"encoding"
	"encoding/gob"
	"fmt"
	"reflect"
)

// A Codec turns values of one type into bytes and back. It has state: the codec at the one
// end encodes, that at the other end decodes, every message in the order in which it was
// encoded, and none left out. There is one for each direction of each connection. Encode
// has one caller at a time and so has Decode, but both may run at the same time.
//
// A codec does not panic: whatever cannot be encoded or decoded is an error, after which it
// goes on with the next message.
type Codec interface {
	// Encode appends a message for v to dst and returns the result. With an error dst is
	// returned as it was, and the other end need not know. A message over [MaxItem] is an
	// error.
	Encode(v any, dst []byte) ([]byte, error)

	// Decode reads one message into what into points to, and keeps nothing of src. It
	// allocates no more than src warrants, whatever is in it. With an error, into points to
	// the zero value.
	Decode(src []byte, into any) error
}

// NewCodec returns the default codec for values of type t: raw bytes for strings and byte
// slices, named types included unless they have a method to encode themselves; nothing at
// all for types of size 0; encoding/gob for the rest. A nil pointer, slice, map or interface
// arrives as nil, an empty slice as empty. Within a value gob's own rules hold: unexported
// fields, channels and functions stay behind, an empty slice or map in a field arrives as
// nil, what is in an interface must be known to gob.Register. A value nested deeper than
// 10,000 levels is refused: one that contains itself is.
//
// Its errors are *[CodecError]s.
func NewCodec(t reflect.Type) Codec {
	switch {
	case t.Size() == 0:
		return emptyCodec{t}
	case encodesItself(t):
	case t.Kind() == reflect.String:
		return textCodec{t}
	case t.Kind() == reflect.Slice && t.Elem() == reflect.TypeFor[byte]():
		return bytesCodec{t}
	}
	return newGobCodec(t)
}

// CheckType returns nil, or the *[CodecError] that says why no value of type t has a codec: it
// is a function, it is a struct without exported fields. A program wants to know that
// when it starts. Whether a value in an interface can be encoded only the value shows.
func CheckType(t reflect.Type) error {
	base := t
	for range 8 { // *T and **T; gob itself refuses a pointer type without end
		if base.Kind() == reflect.Pointer {
			base = base.Elem()
		}
	}
	if base.Size() == 0 || encodesItself(base) || base.Kind() == reflect.Interface {
		return nil
	}
	return tryGob(t, base)
}

// encodesItself reports whether gob would call a method to encode a t.
func encodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[gob.GobEncoder]()) || p.Implements(reflect.TypeFor[encoding.BinaryMarshaler]())
}

// CodecError says why a value could not be encoded or decoded. It unwraps to the reason.
type CodecError struct {
	Op   string // "encode" or "decode"
	Type string // of the value
	Err  error
}

// Error names the type and the reason.
func (e *CodecError) Error() string {
	return fmt.Sprintf("wire: cannot %s %s: %v", e.Op, e.Type, e.Err)
}

// Unwrap returns the reason.
func (e *CodecError) Unwrap() error { return e.Err }

func cannotEncode(t reflect.Type, err error) error {
	return &CodecError{"encode", t.String(), err}
}

func cannotDecode(t reflect.Type, err error) error {
	return &CodecError{"decode", t.String(), err}
}

func tooLarge(n int) error {
	return fmt.Errorf("it takes %d bytes, at most %d", n, MaxItem)
}

// checkValue refuses a v that is not of type t: only a caller's mistake makes one.
func checkValue(t reflect.Type, v any) error {
	got := reflect.TypeOf(v)
	if got == t || t.Kind() == reflect.Interface && (got == nil || got.Implements(t)) {
		return nil
	}
	return cannotEncode(t, fmt.Errorf("the value is of type %v", got))
}

// target returns what into points to, set to zero.
func target(t reflect.Type, into any) (reflect.Value, error) {
	p := reflect.ValueOf(into)
	if p.Kind() != reflect.Pointer || p.IsNil() || p.Type().Elem() != t {
		return reflect.Value{}, cannotDecode(t, fmt.Errorf("the target is a %T", into))
	}
	p.Elem().SetZero()
	return p.Elem(), nil
}
