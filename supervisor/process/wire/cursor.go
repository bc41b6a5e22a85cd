package wire

import "encoding/binary"

// cursor reads the front of a payload. After the first thing that is not there it reads
// nothing but zeros, so that it is asked once, at the end.
type cursor struct {
	buf    []byte
	failed bool
}

func (c *cursor) fail() { c.buf, c.failed = nil, true }

func (c *cursor) byte() byte {
	if len(c.buf) == 0 {
		c.fail()
		return 0
	}
	b := c.buf[0]
	c.buf = c.buf[1:]
	return b
}

func (c *cursor) int64() int64 {
	if len(c.buf) > 0 && c.buf[0] < 0x80 { // most of them
		b := c.buf[0]
		c.buf = c.buf[1:]
		return int64(b>>1) ^ -int64(b&1)
	}
	x, n := binary.Varint(c.buf)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.buf = c.buf[n:]
	return x
}

func (c *cursor) int() int {
	x := c.int64()
	if int64(int(x)) != x {
		c.fail()
	}
	return int(x)
}

// size reads a count or a length. Whatever it counts takes a byte at least.
func (c *cursor) size() int {
	if len(c.buf) < sizeLen {
		c.fail()
		return 0
	}
	n := binary.LittleEndian.Uint32(c.buf)
	c.buf = c.buf[sizeLen:]
	if uint64(n) > uint64(len(c.buf)) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) bytes() []byte {
	n := c.size()
	b := c.buf[:n:n]
	c.buf = c.buf[n:]
	return b
}
