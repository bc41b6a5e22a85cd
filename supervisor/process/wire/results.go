package wire

import "encoding/binary"

// An Outcome says what has become of an input.
type Outcome uint8

// The outcomes of an input.
const (
	Value   Outcome = iota // the function's value, encoded
	Failed                 // the function's error, see [ParseError]
	Mixed                  // its value, and an error for each element of its input, see [ParseMixed]
	Uncoded                // an input or a value that has no encoding; why, see [ParseError]
	outcomes
)

// A ResultItem is the outcome of an input in a [Results] frame.
type ResultItem struct {
	Outcome Outcome
	Bytes   []byte // a part of the payload
}

// ResultsBuilder builds the payload of a [Results] frame: the outcomes of consecutive
// inputs, the first of which has the frame's Seq. The zero value is empty. It allocates
// nothing but its buffer, which Reset keeps. It is not safe for concurrent use.
type ResultsBuilder struct{ items }

// AddValue encodes a value. If the codec cannot, the outcome of the input is Uncoded. The
// error is nil or [ErrFull].
func (b *ResultsBuilder) AddValue(codec Codec, v any) error {
	if b.Full() {
		return ErrFull
	}
	b.begin()
	start := len(b.buf)
	b.buf = append(b.buf, byte(Value))
	if err := b.encode(start, codec, v); err != nil {
		return b.AddError(Uncoded, err)
	}
	return nil
}

// AddError adds what has become of an input that has no value: Failed or Uncoded. The error
// is nil or [ErrFull].
func (b *ResultsBuilder) AddError(outcome Outcome, err error) error {
	if b.Full() {
		return ErrFull
	}
	b.begin()
	b.buf = append(b.buf, byte(outcome))
	at := len(b.buf)
	b.buf = AppendError(append(b.buf, 0, 0, 0, 0), err)
	b.end(at)
	return nil
}

// AddMixed encodes a value beside the errors of some of its elements. The rest is as with
// AddValue.
func (b *ResultsBuilder) AddMixed(codec Codec, v any, errs []error) error {
	if b.Full() {
		return ErrFull
	}
	b.begin()
	start := len(b.buf)
	b.buf = append(b.buf, byte(Mixed), 0, 0, 0, 0)
	at := len(b.buf) - sizeLen
	b.buf = binary.AppendVarint(b.buf, int64(len(errs)))
	for _, err := range errs {
		b.buf = AppendError(b.buf, err)
	}
	out, err := codec.Encode(v, b.buf)
	if err == nil {
		err = b.fits(len(out) - at - sizeLen)
	}
	if err != nil {
		b.buf = b.buf[:start]
		return b.AddError(Uncoded, err)
	}
	b.buf = out
	b.end(at)
	return nil
}

// Append adds the outcomes of another builder, which they stay with, too. The error is nil or [ErrFull].
func (b *ResultsBuilder) Append(other *ResultsBuilder) error { return b.append(&other.items) }

// ParseMixed splits the bytes of a Mixed item into its errors and its value, encoded.
// Something else is a *[ProtocolError].
func ParseMixed(src []byte) (errs []error, value []byte, wrong error) {
	c := cursor{buf: src}
	n := c.int()
	if c.failed || n < 0 || n > len(c.buf) { // an error takes a byte at least
		return nil, nil, bad("mixed result", "%d bytes are not one", len(src))
	}
	errs = make([]error, n)
	for i := range errs {
		if errs[i], c.buf, wrong = ParseError(c.buf); wrong != nil {
			return nil, nil, wrong
		}
	}
	return errs, c.buf, nil
}

// ResultsReader reads the payload of a [Results] frame.
type ResultsReader struct{ rest }

// ParseResults checks a whole payload and returns the reader of its items, or a
// *[ProtocolError]. The items are parts of the payload.
func ParseResults(payload []byte) (ResultsReader, error) {
	c := cursor{buf: payload}
	n := c.size()
	first := c.buf
	for i := 0; i < n && !c.failed; i++ {
		if c.resultItem().Outcome >= outcomes {
			c.fail()
		}
	}
	if c.failed || len(c.buf) > 0 {
		return ResultsReader{}, bad("results", "%d bytes are not %d items", len(payload), n)
	}
	return ResultsReader{rest{first, n}}, nil
}

// Next returns the next item. It reports false after the last one.
func (r *ResultsReader) Next() (ResultItem, bool) {
	if r.n == 0 {
		return ResultItem{}, false
	}
	c := cursor{buf: r.buf}
	item := c.resultItem()
	r.buf, r.n = c.buf, r.n-1
	return item, true
}

func (c *cursor) resultItem() ResultItem {
	return ResultItem{Outcome: Outcome(c.byte()), Bytes: c.bytes()}
}
