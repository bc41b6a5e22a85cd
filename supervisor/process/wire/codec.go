package wire

import (
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

	// Decode reads one message into what into points to, and keeps neither src nor into. It
	// allocates no more than src warrants, whatever is in it. With an error, into points to
	// the zero value.
	Decode(src []byte, into any) error
}

// NewCodec returns the default codec for values of type t. Strings and byte slices, named types
// included, are what they are; nothing at all stands for types of size 0. Any other value is followed to
// its end, and arrives as it was: nil pointers, slices and maps as nil, empty ones as empty, what
// pointers or maps share as shared, even if that is the value itself.
//
// A type that has the methods of gob.GobEncoder and GobDecoder, or MarshalBinary and
// UnmarshalBinary, says itself what crosses. A time.Time crosses with its location, and without the
// monotonic reading, which no other process understands; an error in a field as [AppendError] has it. What is in
// any other interface is of a common type (numbers, strings, bytes, times, []any, map[string]any), or known
// to gob.Register. The capacity of a slice does not cross, nor that it shares its array.
//
// A type is refused, see [CheckType], if part of it would stay behind: fields that are not exported, functions,
// channels. A value is refused if it takes more than [MaxItem], before all of it is encoded, or
// is nested deeper than 10,000 levels.
//
// Each of its errors is a *[CodecError].
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
	return newPlanCodec(t, false)
}

// CheckType returns nil, or the *[CodecError] that says why the default codec refuses type t. Whether
// a value in an interface can be encoded only the value shows.
func CheckType(t reflect.Type) error {
	if t.Size() == 0 {
		return nil
	}
	if _, err := planOf(t, false); err != nil {
		return cannotEncode(t, err)
	}
	return nil
}

// Foreign reports whether a codec may call what is not ours, and so may block, or end the goroutine that
// calls it: a codec of the caller's may, and the default one if the type has parts that encode themselves,
// or interfaces.
func Foreign(c Codec) bool {
	switch c := c.(type) {
	case textCodec, bytesCodec, emptyCodec, refusingCodec:
		return false
	case *planCodec:
		return c.plan.foreign
	}
	return true
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
