package wire

import (
	"bufio"
	"bytes"
	"io"
	"sync"
)

const (
	// copied is how much of a payload is copied behind its header, so that a small frame
	// is one write. The rest of a large one is written from where it is.
	copied = 64 << 10

	// step is how much is allocated for a payload before its first byte has come.
	step = 2 << 20

	// kept is the size up to which a buffer is kept for whatever follows.
	kept = 256 << 10
)

// Conn sends and receives frames over a stream. WriteFrame may be called concurrently, also
// with ReadFrame and Close; ReadFrame has one caller at a time.
type Conn struct {
	stream io.ReadWriteCloser

	write   sync.Mutex
	out     []byte
	outFail error

	in     *bufio.Reader
	buf    []byte
	inFail error

	close    sync.Once
	closeErr error
}

// NewConn returns a connection over stream, which it owns from then on.
func NewConn(stream io.ReadWriteCloser) *Conn {
	return &Conn{stream: stream, in: bufio.NewReaderSize(stream, 32<<10)}
}

// WriteFrame sends a frame, with one write if it is small. It blocks while the stream takes
// no more, and keeps nothing of payload. A payload over [MaxPayload]
// or a type that does not exist is a *ProtocolError, and nothing is sent. After an error of
// the stream nobody knows how much the other end has got: every further call returns the
// same error.
func (c *Conn) WriteFrame(t Type, seq uint64, payload []byte) error {
	return c.WriteParts(t, seq, payload, nil)
}

// WriteParts is WriteFrame for a payload in two parts, which are not put together.
func (c *Conn) WriteParts(t Type, seq uint64, head, tail []byte) error {
	size := len(head) + len(tail)
	if !t.valid() {
		return bad("type", "%d", uint8(t))
	}
	if size > MaxPayload {
		return bad("length", "%d bytes, at most %d", size, MaxPayload)
	}
	first := head[:min(len(head), copied)]
	second := tail[:min(len(tail), copied-len(first))]

	c.write.Lock()
	defer c.write.Unlock()
	c.out = append(append(append(c.out[:0], blank[:]...), first...), second...)
	(*header)(c.out).put(t, seq, size, c.out[headerSize:])
	c.send(c.out)
	c.send(head[len(first):])
	c.send(tail[len(second):])
	if size > copied {
		c.send(c.out[sumAt:headerSize])
	}
	return c.outFail
}

// send writes some of a frame, if all before was written.
func (c *Conn) send(b []byte) {
	if c.outFail == nil && len(b) > 0 {
		_, c.outFail = c.stream.Write(b)
	}
}

// ReadFrame blocks until a frame has come and returns it. Its payload is valid until the
// next call. The error is io.EOF if the stream ended between two frames,
// io.ErrUnexpectedEOF if it ended within one, a *ProtocolError if something else than a
// frame came, or the stream's own. Every further call returns the same error.
func (c *Conn) ReadFrame() (Frame, error) {
	if c.inFail != nil {
		return Frame{}, c.inFail
	}
	frame, err := c.read()
	c.inFail = err
	return frame, err
}

func (c *Conn) read() (Frame, error) {
	if err := c.checkFirst(); err != nil {
		return Frame{}, err
	}
	head, err := c.in.Peek(headerSize) // reads into no variable of ours, which would escape
	if err != nil {
		if err == io.EOF && len(head) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	h := header(head)
	if err := h.check(); err != nil {
		return Frame{}, err
	}
	if _, err := c.in.Discard(headerSize); err != nil {
		return Frame{}, err
	}
	if err := c.fill(int(h.length())); err != nil {
		return Frame{}, err
	}
	if len(c.buf) > copied {
		if err := c.readEnd(h); err != nil {
			return Frame{}, err
		}
	}
	return h.frame(c.buf)
}

// checkFirst looks at what has come of a header so far. Whoever writes something else into the stream may write
// less than a header, and is found out by what he has written, while he is still at it.
func (c *Conn) checkFirst() error {
	if _, err := c.in.Peek(1); err != nil {
		return err
	}
	first, _ := c.in.Peek(min(c.in.Buffered(), len(signature)))
	same := 0
	for same < len(first) && (first[same] == signature[same] || same == 0 && len(first) == len(signature)) { // another version is another mistake
		same++
	}
	if same < len(first) {
		return bad("magic", "%#x, want %#x", first, signature)
	}
	return nil
}

// readEnd reads what follows a large payload: the checksum once more. If somebody else
// has written into the stream, it is not there.
func (c *Conn) readEnd(h header) error {
	end, err := c.in.Peek(len(h[sumAt:]))
	switch {
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	case !bytes.Equal(end, h[sumAt:]):
		return bad("checksum", "%#x at the end, the header says %#x", end, h[sumAt:])
	}
	_, err = c.in.Discard(len(end))
	return err
}

// Decode decodes an item of the frame that was read last. A large value of bytes is not
// copied: it takes the payload over, and the next frame gets a buffer of its own.
func (c *Conn) Decode(codec Codec, item []byte, into any) error {
	if k, ok := codec.(keeper); ok && len(item) >= FullPayload {
		c.buf = nil
		return k.keep(item, into)
	}
	return codec.Decode(item, into)
}

// Buffered is how much has come from the stream behind the last frame. It may be called
// where ReadFrame may.
func (c *Conn) Buffered() int { return c.in.Buffered() }

// fill reads n bytes into the buffer. It does not believe the header: what it allocates
// is at most twice of what has come, or a step. A buffer that has become large is
// kept as long as large frames follow.
func (c *Conn) fill(n int) error {
	if cap(c.buf) > kept && n < cap(c.buf)/4 {
		c.buf = nil
	}
	c.buf = c.buf[:0]
	for len(c.buf) < n {
		have := len(c.buf)
		if cap(c.buf) < n {
			c.buf = grow(c.buf, min(n, max(step, 2*have)))
		}
		c.buf = c.buf[:min(n, cap(c.buf))]
		if _, err := io.ReadFull(c.in, c.buf[have:]); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// grow returns buf with the given capacity, or its own if that is larger.
func grow(buf []byte, capacity int) []byte {
	if capacity <= cap(buf) {
		return buf
	}
	return append(make([]byte, 0, capacity), buf...)
}

// Close closes the stream. It is safe to call at any time and more than once, and returns
// the same error each time. Whether it ends a read that is under way is for the stream to say.
func (c *Conn) Close() error {
	c.close.Do(func() { c.closeErr = c.stream.Close() })
	return c.closeErr
}
