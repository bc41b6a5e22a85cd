package wire

import (
	"reflect"
	"time"
)

// What is in an interface crosses with its type. The common types have numbers, the first ones. Any
// other has to be known to gob.Register, which gives types names that all processes know: a message says
// that name when it first needs it, by what gob writes of an empty value, and then a number.
const (
	nilContent   = iota
	newType      // its name follows, and it gets the next number
	firstContent // the first number
)

var common = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](),
	reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](),
	reflect.TypeFor[uintptr](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](),
	reflect.TypeFor[[]any](), reflect.TypeFor[map[string]any](), reflect.TypeFor[[]string](), reflect.TypeFor[map[string]string](),
}

var commonNumbers = func() map[reflect.Type]int {
	numbers := map[reflect.Type]int{}
	for i, t := range common {
		numbers[t] = i
	}
	return numbers
}()

// dynamic fills in the plan for an interface. An error crosses as one that a function returns does:
// nobody registers the types of all errors.
func (m *planner) dynamic(p *plan) {
	if p.t == reflect.TypeFor[error]() && !m.lax {
		p.encode, p.decode = encodeError, decodeError
		return
	}
	lax := m.lax
	p.encode = func(e *encoder, v reflect.Value) {
		if v.IsNil() {
			e.uint(nilContent)
			return
		}
		e.enter()
		v = v.Elem()
		e.typeOf(v.Type())
		content, err := planOf(v.Type(), lax)
		if err != nil {
			panic(refusal{err})
		}
		content.encode(e, v)
		e.depth--
	}
	p.decode = func(d *decoder, v reflect.Value) {
		t := d.typeOf()
		if t == nil {
			return
		}
		d.enter()
		if !t.AssignableTo(p.t) {
			refuse("%v is no %v", t, p.t)
		}
		content, err := planOf(t, lax)
		if err != nil {
			panic(refusal{err})
		}
		into := reflect.New(t).Elem()
		content.decode(d, into)
		v.Set(into)
		d.depth--
	}
}

func encodeError(e *encoder, v reflect.Value) {
	err, _ := v.Interface().(error)
	e.text(string(AppendError(nil, err)))
}

func decodeError(d *decoder, v reflect.Value) {
	err, rest, wrong := ParseError(d.bytes(d.uint()))
	if wrong != nil || len(rest) > 0 {
		refuse("an error that is none")
	}
	if err != nil {
		v.Set(reflect.ValueOf(err))
	}
}

// typeOf writes which type the content of an interface has.
func (e *encoder) typeOf(t reflect.Type) {
	if n, ok := commonNumbers[t]; ok {
		e.uint(firstContent + uint64(n))
		return
	}
	if n, ok := e.types[t]; ok {
		e.uint(firstContent + uint64(len(common)+n))
		return
	}
	name, err := typeName(t)
	if err != nil {
		panic(refusal{err})
	}
	if e.types == nil {
		e.types = map[reflect.Type]int{}
	}
	e.types[t] = len(e.types)
	e.uint(newType)
	e.text(name)
}

// typeOf reads it; nil for no content.
func (d *decoder) typeOf() reflect.Type {
	n := d.uint()
	if n == nilContent {
		return nil
	}
	if n == newType {
		t, err := namedType(d.bytes(d.uint()))
		if err != nil {
			panic(refusal{err})
		}
		d.types = append(d.types, t)
		return t
	}
	if n -= firstContent; n < uint64(len(common)) {
		return common[n]
	}
	if n -= uint64(len(common)); n >= uint64(len(d.types)) {
		refuse("a type that was not named")
	}
	return d.types[n]
}
