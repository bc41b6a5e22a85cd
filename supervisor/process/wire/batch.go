package wire

import (
	"encoding/binary"
	"time"
)

// A BatchItem is an input in a [Batch] frame.
type BatchItem struct {
	Index    int           // in its run
	Attempt  int           // from 1
	Timeout  time.Duration // of the attempt; 0 for none
	Deadline time.Time     // of its run; zero for none
	Bytes    []byte        // the input, encoded; a part of the payload
}

// BatchBuilder builds the payload of a [Batch] frame: inputs, the first of which has the
// frame's Seq. The zero value is empty. It allocates nothing but its buffer, which
// Reset keeps. It is not safe for concurrent use.
type BatchBuilder struct {
	items
	Timeout  time.Duration // of the inputs that are added from now on; 0 for none
	Deadline time.Time     // likewise
}

// Add encodes an input. The error is [ErrFull], and the input may be added to the next
// payload; or the codec's, and it cannot be sent at all. Either way the payload is as it was.
func (b *BatchBuilder) Add(index, attempt int, codec Codec, v any) error {
	if b.Full() {
		return ErrFull
	}
	b.begin()
	start := len(b.buf)
	b.buf = binary.AppendVarint(b.buf, int64(index))
	b.buf = binary.AppendVarint(b.buf, int64(attempt))
	b.buf = binary.AppendVarint(b.buf, int64(b.Timeout))
	b.buf = appendTime(b.buf, b.Deadline)
	return b.encode(start, codec, v)
}

// BatchReader reads the payload of a [Batch] frame.
type BatchReader struct{ rest }

// ParseBatch checks a whole payload and returns the reader of its items, or a
// *[ProtocolError]. The items are parts of the payload.
func ParseBatch(payload []byte) (BatchReader, error) {
	c := cursor{buf: payload}
	n := c.size()
	first := c.buf
	for i := 0; i < n && !c.failed; i++ {
		c.batchItem()
	}
	if c.failed || len(c.buf) > 0 {
		return BatchReader{}, bad("batch", "%d bytes are not %d items", len(payload), n)
	}
	return BatchReader{rest{first, n}}, nil
}

// Next returns the next item. It reports false after the last one.
func (r *BatchReader) Next() (BatchItem, bool) {
	if r.n == 0 {
		return BatchItem{}, false
	}
	c := cursor{buf: r.buf}
	item := c.batchItem()
	r.buf, r.n = c.buf, r.n-1
	return item, true
}

func (c *cursor) batchItem() BatchItem {
	return BatchItem{
		Index: c.int(), Attempt: c.int(), Timeout: time.Duration(c.int64()), Deadline: c.time(), Bytes: c.bytes(),
	}
}

// A time is its nanoseconds since 1970, and 0 for none. Both ends have the same clock.
func appendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, 0)
	}
	return binary.AppendVarint(dst, t.UnixNano())
}

func (c *cursor) time() time.Time {
	if ns := c.int64(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}
