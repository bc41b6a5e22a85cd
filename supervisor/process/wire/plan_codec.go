package wire

import (
	"errors"
	"reflect"

	"github.com/longshore-go/longshore/internal/show"
)

// planCodec follows a plan. A message stands by itself.
type planCodec struct {
	plan *plan
	out  encoder
	in   decoder
}

// refusingCodec is for a type that has no plan.
type refusingCodec struct {
	t   reflect.Type
	err error
}

func newPlanCodec(t reflect.Type, lax bool) Codec {
	p, err := planOf(t, lax)
	if err != nil {
		return refusingCodec{t, err}
	}
	return &planCodec{plan: p}
}

// Encode implements [Codec].
func (c *planCodec) Encode(v any, dst []byte) (_ []byte, err error) {
	if err := checkValue(c.plan.t, v); err != nil {
		return dst, err
	}
	out, err := c.encode(v, dst)
	if err != nil {
		return dst, cannotEncode(c.plan.t, err)
	}
	return out, nil
}

func (c *planCodec) encode(v any, dst []byte) (_ []byte, err error) {
	value := reflect.ValueOf(v)
	if c.plan.t.Kind() == reflect.Interface {
		value = reflect.New(c.plan.t).Elem()
		if v != nil {
			value.Set(reflect.ValueOf(v))
		}
	}
	c.out.reset(dst)
	defer func() { c.out.buf = nil }()
	defer caught(&err)
	c.plan.encode(&c.out, value)
	c.out.check()
	return c.out.buf, nil
}

// Decode implements [Codec].
func (c *planCodec) Decode(src []byte, into any) error {
	v, err := target(c.plan.t, into)
	if err != nil {
		return err
	}
	if err := c.decode(src, v); err != nil {
		v.SetZero()
		return cannotDecode(c.plan.t, err)
	}
	return nil
}

func (c *planCodec) decode(src []byte, v reflect.Value) (err error) {
	d := &c.in
	d.buf, d.src, d.depth = src, src, 0
	defer func() {
		clear(d.refs)
		d.buf, d.src, d.text, d.refs, d.types = nil, nil, "", d.refs[:0], d.types[:0]
		if cap(d.refs) > maxKept {
			d.refs = nil
		}
	}()
	defer caught(&err)
	c.plan.decode(d, v)
	if len(d.buf) > 0 {
		return errors.New("bytes behind the value")
	}
	return nil
}

// caught turns a panic into an error: a refusal, or what the methods by which types encode
// themselves panic with, who are anybody's.
func caught(err *error) {
	switch value := recover().(type) {
	case nil:
	case refusal:
		*err = value.error
	default:
		*err = &panicked{value}
	}
}

// panicked is what a method has panicked with.
type panicked struct{ value any }

func (e *panicked) Error() string { return "panic: " + show.Text(e.value, maxText) }

func (e *panicked) Unwrap() error {
	err, _ := e.value.(error)
	return err
}

// Encode implements [Codec].
func (c refusingCodec) Encode(_ any, dst []byte) ([]byte, error) {
	return dst, cannotEncode(c.t, c.err)
}

// Decode implements [Codec].
func (c refusingCodec) Decode([]byte, any) error { return cannotDecode(c.t, c.err) }
