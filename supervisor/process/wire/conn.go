package wire

import (
	"bufio"
	"io"
	"sync"
)

const (
	// copied is how much of a payload is copied behind its header, so that a small frame
	// is one write. The rest of a large one is written from where it is.
	copied = 64 << 10

	// step is how much is allocated for a payload before its first byte has come, and
	// the size up to which a buffer is kept for whatever follows.
	step = 256 << 10
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

// WriteFrame sends a frame, with one write if it is small and two otherwise. It blocks
// while the stream takes no more, and keeps nothing of payload. A payload over [MaxPayload]
// or a type that does not exist is a *ProtocolError, and nothing is sent. After an error of
// the stream nobody knows how much the other end has got: every further call returns the
// same error.
func (c *Conn) WriteFrame(t Type, seq uint64, payload []byte) error {
	if !t.valid() {
		return bad("type", "%d", uint8(t))
	}
	if len(payload) > MaxPayload {
		return bad("length", "%d bytes, at most %d", len(payload), MaxPayload)
	}
	var h header
	h.put(t, seq, payload)
	first := payload[:min(len(payload), copied)]

	c.write.Lock()
	defer c.write.Unlock()
	if c.outFail != nil {
		return c.outFail
	}
	c.out = append(append(c.out[:0], h[:]...), first...)
	_, c.outFail = c.stream.Write(c.out)
	if rest := payload[len(first):]; c.outFail == nil && len(rest) > 0 {
		_, c.outFail = c.stream.Write(rest)
	}
	return c.outFail
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
	return h.frame(c.buf)
}

// Buffered is how much has come from the stream behind the last frame. It may be called
// where ReadFrame may.
func (c *Conn) Buffered() int { return c.in.Buffered() }

// fill reads n bytes into the buffer. It does not believe the header: what it allocates
// is at most twice of what has come, or a step. A buffer that has become large is
// kept as long as large frames follow.
func (c *Conn) fill(n int) error {
	if cap(c.buf) > step && n < cap(c.buf)/4 {
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
