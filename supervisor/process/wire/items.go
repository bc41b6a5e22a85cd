package wire

import (
	"encoding/binary"
	"errors"
)

// ErrFull says that a payload takes no more items: it must be sent first.
var ErrFull = errors.New("wire: payload is full")

// items is a payload of items: their count, and for each a head of its own, the length of
// its bytes, and these. Counts and lengths have 4 bytes, and can be filled in afterwards:
// values are encoded where they stay. A large value of bytes is not even copied: it makes
// the payload full, and is its tail.
type items struct {
	// Limit is the most bytes that an item may take which is added from now on. Zero means MaxItem, which is the most.
	Limit int

	buf   []byte
	tail  []byte
	n     int
	whole int // bytes of buf that are whole items: a codec of the caller's may have ended the goroutine amid one
}

// A tailer encodes some values as a flag and what they are already.
type tailer interface {
	tail(v any) (flag byte, tail []byte) // a nil tail: v is not one of these
}

// A keeper decodes a message that nobody else will use.
type keeper interface {
	keep(src []byte, into any) error
}

const sizeLen = 4

// Len returns the number of items.
func (b *items) Len() int { return b.n }

// Full reports whether the payload takes no more items.
func (b *items) Full() bool { return len(b.buf)+len(b.tail) >= FullPayload }

// Payload returns the payload so far. It is valid until the next change.
func (b *items) Payload() []byte {
	head, tail := b.Parts()
	return append(head, tail...)
}

// Parts is Payload in two parts, for [Conn.WriteParts]: the second is the caller's value.
func (b *items) Parts() (head, tail []byte) {
	b.begin()
	binary.LittleEndian.PutUint32(b.buf, uint32(b.n))
	return b.buf, b.tail
}

// Reset empties the payload and keeps its buffer, unless that has become large. The
// payload must have been sent, or its codec is of no more use: the other end misses messages.
func (b *items) Reset() {
	if cap(b.buf) > 4*FullPayload {
		b.buf = nil
	}
	b.buf, b.tail, b.n, b.whole = b.buf[:0], nil, 0, 0
}

func (b *items) begin() {
	b.buf = b.buf[:b.whole]
	if b.whole == 0 {
		b.buf, b.whole = append(b.buf, 0, 0, 0, 0), sizeLen
	}
}

// append adds the items of another payload, or returns [ErrFull].
func (b *items) append(other *items) error {
	if b.Full() {
		return ErrFull
	}
	b.begin()
	if other.n > 0 {
		b.buf = append(b.buf, other.buf[sizeLen:other.whole]...)
		b.tail, b.n, b.whole = other.tail, b.n+other.n, len(b.buf)
	}
	return nil
}

// encode adds the bytes of v behind the head of an item. With an error the payload is as it
// was, before the head.
func (b *items) encode(start int, codec Codec, v any) error {
	at := len(b.buf)
	b.buf = append(b.buf, 0, 0, 0, 0)
	if t, ok := codec.(tailer); ok {
		if flag, tail := t.tail(v); tail != nil {
			if err := b.fits(1 + len(tail)); err != nil {
				b.buf = b.buf[:start]
				return err
			}
			b.buf, b.tail = append(b.buf, flag), tail
			b.end(at)
			return nil
		}
	}
	out, err := codec.Encode(v, b.buf)
	if err == nil {
		err = b.fits(len(out) - at - sizeLen)
	}
	if err != nil {
		b.buf = b.buf[:start]
		return err
	}
	b.buf = out
	b.end(at)
	return nil
}

// end fills in the length of the item whose length is at.
func (b *items) end(at int) {
	binary.LittleEndian.PutUint32(b.buf[at:], uint32(len(b.buf)+len(b.tail)-at-sizeLen))
	b.n++
	b.whole = len(b.buf)
}

// rest is what is left of a payload of items.
type rest struct {
	buf []byte
	n   int
}

// Len returns the number of items that are left.
func (r *rest) Len() int { return r.n }
