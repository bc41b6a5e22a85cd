package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
)

// maxDepth is how deep a value may be: a stack has an end, and that of a worker is near.
const maxDepth = 10_000

var errDeep = errors.New("it is nested too deep")

// refusal is what an encoder or a decoder panics with: it is some calls deep where it finds something.
type refusal struct{ error }

func refuse(format string, args ...any) { panic(refusal{fmt.Errorf(format, args...)}) }

// An encoder writes one message.
type encoder struct {
	buf   []byte
	limit int // of buf
	depth int
	refs  map[ref]int          // pointers and maps, by their numbers
	types map[reflect.Type]int // of what is in interfaces, by their numbers
}

// reset prepares the encoder for a message behind dst. It keeps what is expensive to make.
func (e *encoder) reset(dst []byte) {
	e.buf, e.limit, e.depth = dst, len(dst)+MaxItem, 0
	if len(e.refs) > maxKept {
		e.refs = nil
	}
	clear(e.refs)
	clear(e.types)
}

// maxKept is how many entries a table may have that is kept for the next message.
const maxKept = 1024

// check refuses a message that has become too large. It is asked for each part, so that a large
// value is not encoded to its end.
func (e *encoder) check() {
	if len(e.buf) > e.limit {
		panic(refusal{&TooLargeError{Limit: MaxItem}})
	}
}

// enter goes one level deeper.
func (e *encoder) enter() {
	if e.depth++; e.depth > maxDepth {
		panic(refusal{errDeep})
	}
	e.check()
}

// ref writes a pointer or a map, and reports whether what it leads to is to follow, a level deeper.
func (e *encoder) ref(v reflect.Value) bool {
	if v.IsNil() {
		e.uint(nilRef)
		return false
	}
	r := ref{v.Pointer(), v.Type()}
	if n, met := e.refs[r]; met {
		e.uint(firstRef + uint64(n))
		return false
	}
	if e.refs == nil {
		e.refs = map[ref]int{}
	}
	e.refs[r] = len(e.refs)
	e.enter()
	e.uint(newRef)
	return true
}

func (e *encoder) uint(n uint64) { e.buf = binary.AppendUvarint(e.buf, n) }

func (e *encoder) bytes(b []byte) {
	if len(b) > e.limit-len(e.buf) {
		panic(refusal{&TooLargeError{Limit: MaxItem}})
	}
	e.buf = append(e.buf, b...)
}

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	if len(s) > e.limit-len(e.buf) {
		panic(refusal{&TooLargeError{Limit: MaxItem}})
	}
	e.buf = append(e.buf, s...)
}

// A decoder reads one message. It believes nothing: what it allocates is at most some times of what
// is left of the message.
type decoder struct {
	buf   []byte // what is left of src
	src   []byte
	text  string // src, once it is needed
	depth int
	refs  []reflect.Value
	types []reflect.Type
}

func (d *decoder) enter() {
	if d.depth++; d.depth > maxDepth {
		panic(refusal{errDeep})
	}
}

// ref reads a pointer or a map, and reports whether what it leads to follows, a level deeper.
func (d *decoder) ref(v reflect.Value) bool {
	switch n := d.uint(); {
	case n == nilRef:
	case n == newRef:
		d.enter()
		return true
	case n-firstRef >= uint64(len(d.refs)) || d.refs[n-firstRef].Type() != v.Type():
		refuse("what it refers to was not there")
	default:
		v.Set(d.refs[n-firstRef])
	}
	return false
}

func (d *decoder) uint() uint64 {
	if len(d.buf) > 0 && d.buf[0] < 0x80 {
		n := d.buf[0]
		d.buf = d.buf[1:]
		return uint64(n)
	}
	n, size := binary.Uvarint(d.buf)
	if size <= 0 {
		refuse("it ends too early")
	}
	d.buf = d.buf[size:]
	return n
}

// bytes returns the next n bytes, which are a part of the message.
func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.buf)) {
		refuse("a length beyond the end")
	}
	b := d.buf[:n]
	d.buf = d.buf[n:]
	return b
}

// smallMessage is the size up to which the strings of a message share their memory: one that is kept keeps no more alive.
const smallMessage = 256

// string returns the next n bytes as a string.
func (d *decoder) string(n uint64) string {
	b := d.bytes(n)
	switch {
	case n == 0:
		return ""
	case len(d.src) > smallMessage:
		return string(b)
	case d.text == "":
		d.text = string(d.src)
	}
	end := len(d.src) - len(d.buf)
	return d.text[end-len(b) : end]
}

// fits returns a count of elements, each of which takes that many bytes at least.
func (d *decoder) fits(n uint64, min int) int {
	if min > 0 && n > uint64(len(d.buf)/min) {
		refuse("a count beyond the end")
	}
	if int(n) < 0 || uint64(int(n)) != n {
		refuse("a count beyond all")
	}
	return int(n)
}
