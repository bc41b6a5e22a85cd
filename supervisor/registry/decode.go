package registry

import (
	"reflect"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Decoder returns what makes values of one type of their messages, of which some n are to come. It is for one goroutine at a
// time.
type Decoder func(n int, decode func(src []byte, into any) error) Decode

// Decode makes a value of its message.
type Decode func(src []byte) (any, error)

// Mixed makes a value of a message that has errors of some of its elements besides, see [wire.Mixed]. What is bad is no such
// message.
func (d Decode) Mixed(src []byte) (value any, err, bad error) {
	each, src, bad := wire.ParseMixed(src)
	if bad != nil {
		return nil, nil, bad
	}
	if value, err = d(src); err != nil {
		return nil, err, nil
	}
	return value, supervisor.Errors(each), nil
}

// mostTogether is how many values are decoded into one piece of memory at most: an allocation for each would be a good part of
// what a cheap input costs. None is used twice, since a value may point into itself.
const mostTogether = 64

func decoderOf[T any](n int, decode func(src []byte, into any) error) Decode {
	if isPlain(reflect.TypeFor[T]()) {
		into := new(T)
		return func(src []byte) (any, error) {
			*into = *new(T) // a codec of the user's may leave what is there
			err := decode(src, into)
			return *into, err
		}
	}
	var free []T
	return func(src []byte) (any, error) {
		if len(free) == 0 {
			free = make([]T, max(min(n, mostTogether), 1))
			n -= len(free)
		}
		v := &free[0]
		free = free[1:]
		err := decode(src, v)
		return *v, err
	}
}

// isPlain reports that no value of type t can point into itself, so that each may be decoded where the one before was.
func isPlain(t reflect.Type) bool {
	if reflect.PointerTo(t).NumMethod() > 0 {
		return false // one of them may keep its receiver
	}
	switch k := t.Kind(); k {
	case reflect.Slice:
		return t.Elem().Kind() == reflect.Uint8
	default:
		return reflect.Bool <= k && k <= reflect.Complex128 || k == reflect.String
	}
}
