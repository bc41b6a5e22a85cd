package wire

import "fmt"

// TooLargeError says that a value takes more bytes than may cross. It crosses as itself.
type TooLargeError struct {
	Bytes int // 0: it is not known how many, since the rest was not encoded
	Limit int // how many may cross
}

// Error says how many bytes there are, and how many may be.
func (e *TooLargeError) Error() string {
	if e.Bytes == 0 {
		return fmt.Sprintf("it takes over %d bytes", e.Limit)
	}
	return fmt.Sprintf("it takes %d bytes, at most %d", e.Bytes, e.Limit)
}

func init() { RegisterError[*TooLargeError]() }

func tooLarge(n int) error { return &TooLargeError{Bytes: n, Limit: MaxItem} }

// fits returns nil, or that an item of so many bytes is too large.
func (b *items) fits(n int) error {
	limit := MaxItem
	if b.Limit > 0 {
		limit = min(limit, b.Limit)
	}
	if n > limit {
		return &TooLargeError{Bytes: n, Limit: limit}
	}
	return nil
}
