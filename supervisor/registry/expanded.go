package registry

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// expandedCodec has the value of an attempt and what it has added cross by the codecs of their types. A message is a flag,
// and parts with their lengths: the value, how many were added, each of them, how many identities, each of them.
//
// Codecs may have state: each message must arrive, in order. A message of which one part cannot be encoded never leaves, and
// the codecs of those before it would be ahead of their other ends. So both ends begin anew with the next message, as its
// flag says.
type expandedCodec[In, Out any] struct {
	in, out Codec
	flag    byte // of the next message
	part    []byte
}

const (
	goesOn = iota
	anew
)

func newExpandedCodec[In, Out any]() *expandedCodec[In, Out] {
	c := &expandedCodec[In, Out]{}
	c.begin()
	return c
}

func (c *expandedCodec[In, Out]) begin() {
	c.in, c.out = NewCodec(reflect.TypeFor[In]()), NewCodec(reflect.TypeFor[Out]())
}

// Encode implements [Codec].
func (c *expandedCodec[In, Out]) Encode(v any, dst []byte) ([]byte, error) {
	e, ok := v.(supervisor.Expanded[In, Out])
	if !ok {
		return dst, c.failed("encode", fmt.Errorf("the value is a %T", v))
	}
	out, err := c.append(e, append(dst, c.flag), len(dst))
	if err != nil {
		c.begin()
		c.flag = anew
		return dst, err
	}
	c.flag = goesOn
	return out, nil
}

// append appends the parts to a message that begins at from.
func (c *expandedCodec[In, Out]) append(e supervisor.Expanded[In, Out], dst []byte, from int) (_ []byte, err error) {
	if dst, err = c.appendPart(c.out, e.Value, dst); err != nil {
		return nil, err
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.Added)))
	for _, in := range e.Added {
		if dst, err = c.appendPart(c.in, in, dst); err != nil {
			return nil, err
		}
		if err = c.fits(len(dst) - from); err != nil {
			return nil, err
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.Identities)))
	for _, id := range e.Identities {
		dst = append(binary.AppendUvarint(dst, uint64(len(id))), id...)
	}
	return dst, c.fits(len(dst) - from)
}

func (c *expandedCodec[In, Out]) appendPart(codec Codec, v any, dst []byte) (_ []byte, err error) {
	if c.part, err = codec.Encode(v, c.part[:0]); err != nil {
		return nil, err
	}
	dst = append(binary.AppendUvarint(dst, uint64(len(c.part))), c.part...)
	if cap(c.part) > maxKept {
		c.part = nil
	}
	return dst, nil
}

// maxKept is up to how large a buffer is kept.
const maxKept = 1 << 16

func (c *expandedCodec[In, Out]) fits(n int) error {
	if n <= wire.MaxItem {
		return nil
	}
	return c.failed("encode", fmt.Errorf("the value and what was added take more than %d bytes", wire.MaxItem))
}

var errMessage = errors.New("the message is not whole")

// Decode implements [Codec].
func (c *expandedCodec[In, Out]) Decode(src []byte, into any) error {
	e, ok := into.(*supervisor.Expanded[In, Out])
	if !ok || e == nil {
		return c.failed("decode", fmt.Errorf("the target is a %T", into))
	}
	*e = supervisor.Expanded[In, Out]{}
	if err := c.decode(src, e); err != nil {
		*e = supervisor.Expanded[In, Out]{}
		return err
	}
	return nil
}

func (c *expandedCodec[In, Out]) decode(src []byte, e *supervisor.Expanded[In, Out]) error {
	if len(src) == 0 || src[0] > anew {
		return c.failed("decode", errMessage)
	}
	if src[0] == anew {
		c.begin()
	}
	p := parts{left: src[1:]}
	err := c.out.Decode(p.next(), &e.Value)
	for n := p.count(); n > 0 && !p.short; n-- { // all of them, whatever fails: the codec counts on each message
		var in In
		if failed := c.in.Decode(p.next(), &in); err == nil {
			err = failed
		}
		e.Added = append(e.Added, in)
	}
	for n := p.count(); n > 0 && !p.short; n-- {
		e.Identities = append(e.Identities, string(p.next()))
	}
	if p.short || len(p.left) > 0 {
		return c.failed("decode", errMessage)
	}
	return err
}

func (c *expandedCodec[In, Out]) failed(op string, err error) error {
	return &wire.CodecError{Op: op, Type: reflect.TypeFor[supervisor.Expanded[In, Out]]().String(), Err: err}
}

// parts is what is left of a message.
type parts struct {
	left  []byte
	short bool
}

// next is the next part, nothing where there is none.
func (p *parts) next() (part []byte) {
	n := p.count()
	if n > len(p.left) {
		p.short = true
		return nil
	}
	part, p.left = p.left[:n], p.left[n:]
	return part
}

// count reads how many parts, or bytes of one, there are: never more than there are bytes left.
func (p *parts) count() int {
	n, used := binary.Uvarint(p.left)
	if used <= 0 || n > uint64(len(p.left)) {
		p.short, p.left = true, nil
		return 0
	}
	p.left = p.left[used:]
	return int(n)
}
