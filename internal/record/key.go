package record

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime/debug"
	"slices"
	"unsafe"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
)

// KeyOf is an Options.Key for inputs of one type. An input of another type has no key, which is an
// [*mapper.EncodingError].
func KeyOf[In any](f func(In) string) func(any) string {
	return func(in any) string { return f(in.(In)) }
}

// Keyer gives inputs their keys: the first half of the SHA-256 of what they contain.
type Keyer struct {
	in     reflect.Type
	custom func(any) string
	encode encoder
}

// NewKeyer fails, with a *mapper.EncodingError, where inputs of the type have content that cannot be encoded.
func NewKeyer(in reflect.Type, custom func(any) string) (*Keyer, error) {
	k := &Keyer{in: in, custom: custom}
	if custom != nil {
		return k, nil
	}
	encode, bad := encoderOf(in, nil)
	if bad != nil {
		return nil, &mapper.EncodingError{Type: in, Field: bad.field, Reason: bad.reason + "; Options.Key can say what identifies an input"}
	}
	k.encode = encode
	return k, nil
}

// Keys is that of logbook.Log. It is safe for concurrent use.
func (k *Keyer) Keys(inputs any, keys []logbook.Key) (n int, err error) {
	defer func() {
		if len(keys) > n && err == nil { // else nothing has panicked
			err = k.unfit("its key panicked", fmt.Errorf("%v\n%s", recover(), debug.Stack()))
		}
	}()
	var text []byte
	switch in := inputs.(type) {
	case []string:
		if k.custom == nil {
			for n < len(keys) {
				keys[n] = sum(unsafe.Slice(unsafe.StringData(in[n]), len(in[n])))
				n++
			}
			return n, nil
		}
	case []int:
		if k.custom == nil {
			for n < len(keys) {
				text = binary.BigEndian.AppendUint64(text[:0], uint64(in[n]))
				keys[n] = sum(text)
				n++
			}
			return n, nil
		}
	}
	for v := reflect.ValueOf(inputs); n < len(keys); n++ {
		if k.custom != nil {
			text = append(text[:0], k.custom(v.Index(n).Interface())...)
		} else if text, err = k.encode(text[:0], v.Index(n)); err != nil {
			return n, k.unfit("it cannot be encoded", err)
		}
		keys[n] = sum(text)
	}
	return n, nil
}

func (k *Keyer) unfit(reason string, err error) error {
	return &logbook.Unfit{Err: &mapper.EncodingError{Type: k.in, Reason: reason, Err: err}}
}

func sum(text []byte) logbook.Key {
	all := sha256.Sum256(text)
	return logbook.Key(all[:len(logbook.Key{})])
}

// encoder appends the content of a value, so that different values of the type are different
// texts. (JSON does not do that: strings that are no UTF-8 become equal.)
type encoder func(text []byte, v reflect.Value) ([]byte, error)

// unencodable is a part of a type.
type unencodable struct{ field, reason string }

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	errNilPointer = errors.New("a nil pointer has no text")
)

// encoderOf is the encoder of a type. outer are the types that it is a part of.
func encoderOf(t reflect.Type, outer []reflect.Type) (encoder, *unencodable) {
	switch {
	case t.Implements(textMarshaler):
		return marshaled(func(v any) ([]byte, error) { return v.(encoding.TextMarshaler).MarshalText() }), nil
	case t.Implements(jsonMarshaler):
		return marshaled(func(v any) ([]byte, error) { return v.(json.Marshaler).MarshalJSON() }), nil
	case slices.Contains(outer, t):
		return nil, &unencodable{reason: fmt.Sprintf("%v is a part of itself", t)}
	}
	outer = append(outer, t)
	switch t.Kind() {
	case reflect.String:
		return func(text []byte, v reflect.Value) ([]byte, error) {
			if len(outer) == 1 {
				return append(text, v.String()...), nil
			}
			return sized(text, v.String()), nil
		}, nil
	case reflect.Bool:
		return func(text []byte, v reflect.Value) ([]byte, error) {
			if v.Bool() {
				return append(text, 1), nil
			}
			return append(text, 0), nil
		}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(text []byte, v reflect.Value) ([]byte, error) {
			return binary.BigEndian.AppendUint64(text, uint64(v.Int())), nil
		}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return func(text []byte, v reflect.Value) ([]byte, error) {
			return binary.BigEndian.AppendUint64(text, v.Uint()), nil
		}, nil
	case reflect.Float32, reflect.Float64:
		return func(text []byte, v reflect.Value) ([]byte, error) {
			return binary.BigEndian.AppendUint64(text, math.Float64bits(v.Float())), nil
		}, nil
	case reflect.Complex64, reflect.Complex128:
		return func(text []byte, v reflect.Value) ([]byte, error) {
			text = binary.BigEndian.AppendUint64(text, math.Float64bits(real(v.Complex())))
			return binary.BigEndian.AppendUint64(text, math.Float64bits(imag(v.Complex()))), nil
		}, nil
	case reflect.Slice, reflect.Array:
		return listEncoder(t, outer)
	case reflect.Map:
		return mapEncoder(t, outer)
	case reflect.Pointer:
		return pointerEncoder(t, outer)
	case reflect.Struct:
		return structEncoder(t, outer)
	default:
		return nil, &unencodable{reason: fmt.Sprintf("what is of kind %v has no content of its own", t.Kind())}
	}
}

// marshaled is the encoder of what has a method for that.
func marshaled(marshal func(any) ([]byte, error)) encoder {
	return func(text []byte, v reflect.Value) ([]byte, error) {
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return text, errNilPointer
		}
		own, err := marshal(v.Interface())
		return sized(text, string(own)), err
	}
}

// sized appends a text and its length, so that what follows cannot be taken for a part of it.
func sized(text []byte, s string) []byte {
	return append(binary.AppendUvarint(text, uint64(len(s))), s...)
}

func listEncoder(t reflect.Type, outer []reflect.Type) (encoder, *unencodable) {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		return func(text []byte, v reflect.Value) ([]byte, error) {
			if len(outer) == 1 {
				return append(text, v.Bytes()...), nil
			}
			return append(binary.AppendUvarint(text, uint64(v.Len())), v.Bytes()...), nil
		}, nil
	}
	elem, bad := encoderOf(t.Elem(), outer)
	if bad != nil {
		return nil, &unencodable{"[]" + bad.field, bad.reason}
	}
	return func(text []byte, v reflect.Value) (_ []byte, err error) {
		text = binary.AppendUvarint(text, uint64(v.Len()))
		for i := 0; i < v.Len() && err == nil; i++ {
			text, err = elem(text, v.Index(i))
		}
		return text, err
	}, nil
}

// mapEncoder sorts the entries by their texts.
func mapEncoder(t reflect.Type, outer []reflect.Type) (encoder, *unencodable) {
	key, bad := encoderOf(t.Key(), outer)
	if bad != nil {
		return nil, &unencodable{"key of the map", bad.reason}
	}
	elem, bad := encoderOf(t.Elem(), outer)
	if bad != nil {
		return nil, &unencodable{"map[]" + bad.field, bad.reason}
	}
	return func(text []byte, v reflect.Value) ([]byte, error) {
		var entries []string
		for it := v.MapRange(); it.Next(); {
			entry, err := key(nil, it.Key())
			if err == nil {
				entry, err = elem(entry, it.Value())
			}
			if err != nil {
				return text, err
			}
			entries = append(entries, string(entry))
		}
		slices.Sort(entries)
		text = binary.AppendUvarint(text, uint64(len(entries)))
		for _, entry := range entries {
			text = sized(text, entry)
		}
		return text, nil
	}, nil
}

func pointerEncoder(t reflect.Type, outer []reflect.Type) (encoder, *unencodable) {
	elem, bad := encoderOf(t.Elem(), outer)
	if bad != nil {
		return nil, bad
	}
	return func(text []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(text, 0), nil
		}
		return elem(append(text, 1), v.Elem())
	}, nil
}

func structEncoder(t reflect.Type, outer []reflect.Type) (encoder, *unencodable) {
	fields := make([]encoder, t.NumField())
	for i := range fields {
		f := t.Field(i)
		if !f.IsExported() {
			return nil, &unencodable{f.Name, "it is not exported"}
		}
		var bad *unencodable
		if fields[i], bad = encoderOf(f.Type, outer); bad != nil {
			name := f.Name
			if bad.field != "" {
				name += "." + bad.field
			}
			return nil, &unencodable{name, bad.reason}
		}
	}
	return func(text []byte, v reflect.Value) (_ []byte, err error) {
		for i := 0; i < len(fields) && err == nil; i++ {
			text, err = fields[i](text, v.Field(i))
		}
		return text, err
	}, nil
}
