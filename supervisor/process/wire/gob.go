package wire

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// gobCodec keeps one gob stream for each direction, since a stream says what a type looks
// like only once: that takes ten times as long as a value. A message is a byte of
// flags and what gob writes for a value.
//
// When gob fails, part of what it takes for said has not been sent. The next message
// begins a new stream then, and says so in its flags.
type gobCodec struct {
	t      reflect.Type
	knots  bool // a value may contain itself, or be very deep
	out    output
	enc    *gob.Encoder
	in     input
	dec    *gob.Decoder
	screen screen
}

var errDangling = errors.New("it is a pointer to a nil pointer")

func newGobCodec(t reflect.Type) *gobCodec {
	return &gobCodec{t: t, knots: mayKnot(t)}
}

// Encode implements [Codec].
func (c *gobCodec) Encode(v any, dst []byte) (_ []byte, err error) {
	if err := checkValue(c.t, v); err != nil {
		return dst, err
	}
	value := reflect.ValueOf(v)
	if c.nil(value) {
		return append(dst, isNil), nil
	}
	if c.knots && tooDeep(value, 0) {
		return dst, cannotEncode(c.t, errDeep)
	}
	if danglingPointer(value) {
		return dst, cannotEncode(c.t, errDangling)
	}
	if c.t.Kind() == reflect.Interface {
		p := reflect.New(c.t) // gob tells an interface from its content by a pointer to it
		p.Elem().Set(value)
		value = p
	}
	defer func() {
		c.out.buf = nil
		if err != nil {
			c.enc = nil
			err = cannotEncode(c.t, err)
		}
	}()
	out, err := c.encode(value, dst)
	if err == nil && len(out)-len(dst) > MaxItem {
		err = tooLarge(len(out) - len(dst))
	}
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (c *gobCodec) encode(value reflect.Value, dst []byte) (_ []byte, err error) {
	flags := byte(0)
	if c.enc == nil {
		flags = fresh
		c.enc = gob.NewEncoder(&c.out)
	}
	c.out.buf = append(dst, flags)
	defer caught(&err)
	err = c.enc.EncodeValue(value)
	return c.out.buf, err
}

// Decode implements [Codec].
func (c *gobCodec) Decode(src []byte, into any) error {
	v, err := target(c.t, into)
	if err != nil {
		return err
	}
	if len(src) == 0 || src[0]&^flagSet != 0 {
		return cannotDecode(c.t, errFlags)
	}
	if src[0]&isNil != 0 {
		if len(src) > 1 || !nilable(c.t.Kind()) {
			return cannotDecode(c.t, errors.New("nil and yet a value, or for a type without nil"))
		}
		return nil
	}
	if err := c.decode(src[0], src[1:], v.Addr()); err != nil {
		v.SetZero()
		return cannotDecode(c.t, err)
	}
	if v.Kind() == reflect.Slice && v.IsNil() {
		v.Set(reflect.MakeSlice(c.t, 0, 0)) // gob makes no difference, and nil was said before
	}
	return nil
}

func (c *gobCodec) decode(flags byte, src []byte, p reflect.Value) (err error) {
	if flags&fresh != 0 {
		c.dec = gob.NewDecoder(&c.in)
		c.screen = screen{}
	}
	if c.dec == nil {
		return errors.New("a stream without a beginning")
	}
	if err := c.screen.check(src); err != nil {
		return err
	}
	c.in.buf = src
	defer func() { c.in.buf = nil }()
	defer caught(&err)
	if err := c.dec.DecodeValue(p); err != nil {
		return err
	}
	if len(c.in.buf) > 0 {
		return errors.New("bytes behind the value")
	}
	return nil
}

// caught turns a panic into an error. gob panics for nil pointers, and the methods by
// which types encode themselves are anybody's.
func caught(err *error) {
	if value := recover(); value != nil {
		if cause, ok := value.(error); ok {
			*err = fmt.Errorf("panic: %w", cause)
		} else {
			*err = fmt.Errorf("panic: %v", value)
		}
	}
}

// tryGob encodes a value of type base, which is t without its pointers.
func tryGob(t, base reflect.Type) (err error) {
	defer func() {
		if err != nil {
			err = cannotEncode(t, err)
		}
	}()
	defer caught(&err)
	return gob.NewEncoder(io.Discard).EncodeValue(reflect.New(base))
}

func nilable(k reflect.Kind) bool {
	return k == reflect.Pointer || k == reflect.Slice || k == reflect.Map || k == reflect.Interface
}

// danglingPointer reports whether v is a pointer to a pointer that is nil, for which gob
// writes something that it cannot read.
func danglingPointer(v reflect.Value) bool {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return !v.IsValid()
}

// nil reports whether v is the nil of the codec's type: a nil pointer in an interface is not,
// and gob refuses it.
func (c *gobCodec) nil(v reflect.Value) bool {
	if c.t.Kind() == reflect.Interface {
		return !v.IsValid()
	}
	return nilable(v.Kind()) && v.IsNil()
}

// output is where the encoder writes to: the end of a caller's buffer.
type output struct{ buf []byte }

func (o *output) Write(p []byte) (int, error) {
	o.buf = append(o.buf, p...)
	return len(p), nil
}

// input is where the decoder reads from: one message. It has a ReadByte, so that gob puts no
// buffer of its own in between.
type input struct{ buf []byte }

func (i *input) Read(p []byte) (int, error) {
	if len(i.buf) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, i.buf)
	i.buf = i.buf[n:]
	return n, nil
}

func (i *input) ReadByte() (byte, error) {
	if len(i.buf) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	b := i.buf[0]
	i.buf = i.buf[1:]
	return b, nil
}
