package wire

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
)

// isNil is the first byte of a message of a byte slice that is nil, and all of it.
const isNil = 2

var errFlags = errors.New("unknown flags")

// textCodec is for strings: a message is the string.
type textCodec struct{ t reflect.Type }

func (c textCodec) Encode(v any, dst []byte) ([]byte, error) {
	s, ok := v.(string)
	if !ok {
		if err := checkValue(c.t, v); err != nil {
			return dst, err
		}
		s = reflect.ValueOf(v).String()
	}
	if len(s) > MaxItem {
		return dst, cannotEncode(c.t, tooLarge(len(s)))
	}
	return append(dst, s...), nil
}

func (c textCodec) Decode(src []byte, into any) error {
	if p, ok := into.(*string); ok && p != nil {
		*p = string(src)
		return nil
	}
	v, err := target(c.t, into)
	if err == nil {
		v.SetString(string(src))
	}
	return err
}

// bytesCodec is for byte slices: a message is a byte of flags and the slice.
type bytesCodec struct{ t reflect.Type }

func (c bytesCodec) Encode(v any, dst []byte) ([]byte, error) {
	b, ok := v.([]byte)
	if !ok {
		if err := checkValue(c.t, v); err != nil {
			return dst, err
		}
		b = reflect.ValueOf(v).Bytes()
	}
	switch {
	case len(b) >= MaxItem:
		return dst, cannotEncode(c.t, tooLarge(len(b)+1))
	case b == nil:
		return append(dst, isNil), nil
	}
	return append(append(dst, 0), b...), nil
}

// tail is the slice if it is large enough to be sent from where it is, behind the flags.
func (c bytesCodec) tail(v any) (flags byte, tail []byte) {
	if b, ok := v.([]byte); ok && len(b) >= FullPayload && len(b) < MaxItem {
		return 0, b
	}
	return 0, nil
}

// Decode makes a slice for each value: the function may keep what it is given.
func (c bytesCodec) Decode(src []byte, into any) error {
	return c.decode(src, into, bytes.Clone)
}

// keep is Decode of a message that is the value's from then on.
func (c bytesCodec) keep(src []byte, into any) error {
	return c.decode(src, into, slices.Clip)
}

func (c bytesCodec) decode(src []byte, into any, take func([]byte) []byte) error {
	to, err := c.target(into)
	if err != nil {
		return err
	}
	*to = nil
	switch {
	case len(src) == 1 && src[0] == isNil:
		return nil
	case len(src) == 0 || src[0] != 0:
		return cannotDecode(c.t, errFlags)
	}
	*to = take(src[1:])
	return nil
}

// target is what into points to, without reflection where it can be.
func (c bytesCodec) target(into any) (*[]byte, error) {
	if to, ok := into.(*[]byte); ok && to != nil {
		return to, nil
	}
	v, err := target(c.t, into)
	if err != nil {
		return nil, err
	}
	return v.Addr().Convert(reflect.TypeFor[*[]byte]()).Interface().(*[]byte), nil
}

// emptyCodec is for types with a single value, struct{} above all.
type emptyCodec struct{ t reflect.Type }

func (c emptyCodec) Encode(v any, dst []byte) ([]byte, error) {
	return dst, checkValue(c.t, v)
}

func (c emptyCodec) Decode(src []byte, into any) error {
	_, err := target(c.t, into)
	if err == nil && len(src) > 0 {
		err = cannotDecode(c.t, errors.New("bytes for a value that has none"))
	}
	return err
}
