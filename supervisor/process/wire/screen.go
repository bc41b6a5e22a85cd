package wire

import (
	"errors"
	"fmt"
)

// screen reads what gob is about to read, by the types that the stream has defined, and
// refuses what no encoder writes. gob alone is not made for hostile bytes: it makes a map as
// large as its count says, counts to 2⁶³ over elements that are not there, and nests until
// the stack is exhausted, which no recover stops.
//
// The format is in the documentation of encoding/gob.
type screen struct {
	types map[int]shape
}

var errGob = errors.New("not what gob writes")

// check reads a whole message: definitions of types, then one value.
func (s *screen) check(src []byte) (err error) {
	defer func() {
		if value := recover(); value != nil {
			refused, ok := value.(refusal)
			if !ok {
				panic(value)
			}
			err = fmt.Errorf("%w: %w", errGob, refused.error)
		}
	}()
	stream := gobReader{buf: src}
	r := stream.piece()
	s.top(&r, s.id(&r), 0)
	if len(r.buf)+len(stream.buf) > 0 {
		refuse("bytes behind the value")
	}
	return nil
}

// id reads the id of a value's type, and the definitions before it. Each of them ends the
// piece that it is in.
func (s *screen) id(r *gobReader) int {
	id := r.int()
	for id < 0 {
		s.define(r, -id)
		if len(r.buf) > 0 {
			refuse("bytes behind a type")
		}
		r.buf = r.around.piece().buf
		id = r.int()
	}
	return id
}

// top reads a value that is not part of another: where it is no struct, a 0 comes first.
func (s *screen) top(r *gobReader, id, depth int) {
	if s.shape(id).kind != structShape && r.uint() != 0 {
		refuse("a field without a struct")
	}
	s.value(r, id, depth)
}

func (s *screen) value(r *gobReader, id, depth int) {
	if depth > maxDepth {
		refuse("nested too deep")
	}
	switch t := s.shape(id); t.kind {
	case numberShape:
		r.uint()
	case complexShape:
		r.uint()
		r.uint()
	case bytesShape:
		r.bytes(r.uint())
	case listShape:
		for range r.count(1) {
			s.value(r, t.elem, depth+1)
		}
	case mapShape:
		for range r.count(2) {
			s.value(r, t.key, depth+1)
			s.value(r, t.elem, depth+1)
		}
	case structShape:
		r.fields(func(field int) {
			if field >= len(t.fields) {
				refuse("a field that the type has not")
			}
			s.value(r, t.fields[field], depth+1)
		})
	case interfaceShape:
		s.dynamic(r, depth)
	}
}

// dynamic reads what an interface contains: the name of its type, its id, and the value.
func (s *screen) dynamic(r *gobReader, depth int) {
	if name := r.bytes(r.uint()); len(name) == 0 {
		return // nil
	}
	id := s.id(r)
	inner := r.piece()
	s.top(&inner, id, depth+1)
	if len(inner.buf) > 0 {
		refuse("bytes behind the value in an interface")
	}
}

// gobReader reads the elements of the format. A message of the stream, and a value in an
// interface, come in pieces of known length: gob sends what it has of them when it must
// define a type.
type gobReader struct {
	buf    []byte     // what is left of the piece
	around *gobReader // has the next piece
}

// piece reads the length of a piece and returns the reader of it.
func (r *gobReader) piece() gobReader {
	return gobReader{r.bytes(r.uint()), r}
}

// uint reads a number: a byte below 128, or the negated count of the big-endian bytes
// that follow.
func (r *gobReader) uint() uint64 {
	if len(r.buf) == 0 {
		refuse("it ends too early")
	}
	first := r.buf[0]
	r.buf = r.buf[1:]
	if first < 0x80 {
		return uint64(first)
	}
	n := -int(int8(first))
	if n > 8 || n > len(r.buf) {
		refuse("a number too long")
	}
	x := uint64(0)
	for _, b := range r.buf[:n] {
		x = x<<8 | uint64(b)
	}
	r.buf = r.buf[n:]
	return x
}

// int reads a signed number, which has its sign in the lowest bit.
func (r *gobReader) int() int {
	x := r.uint()
	if x&1 != 0 {
		return int(^(x >> 1))
	}
	return int(x >> 1)
}

func (r *gobReader) bytes(n uint64) []byte {
	if n > uint64(len(r.buf)) {
		refuse("a length beyond the end")
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

// count reads how many elements follow, each of which takes so many bytes at least.
func (r *gobReader) count(least int) int {
	n := r.uint()
	if n > uint64(len(r.buf)/least) {
		refuse("a count beyond the end")
	}
	return int(n)
}

// fields reads a struct: the distance to the next field that is not zero, and the field,
// until the distance is 0.
func (r *gobReader) fields(read func(field int)) {
	field := -1
	for {
		distance := r.uint()
		if distance == 0 {
			return
		}
		if distance > 1<<16 {
			refuse("a field far away")
		}
		field += int(distance)
		read(field)
	}
}
