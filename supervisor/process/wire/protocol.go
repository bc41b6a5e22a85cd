package wire

import "fmt"

// ProtocolError says that bytes are not what a sender of this version writes. A reader
// cannot know where the next frame begins then: the connection is of no more use.
type ProtocolError struct {
	What   string // what is bad: "magic", "version", "checksum", "length", "batch" …
	Detail string // what it is, and what it should be
}

// Error says what is bad.
func (e *ProtocolError) Error() string {
	return fmt.Sprintf("wire: bad %s: %s", e.What, e.Detail)
}

func bad(what, format string, args ...any) error {
	return &ProtocolError{What: what, Detail: fmt.Sprintf(format, args...)}
}
