package recorded

import (
	"encoding/json"

	"github.com/longshore-go/longshore/mapper"
)

// State is what a journal says of an input.
type State string

// The states of an entry.
const (
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Begun     State = "begun" // and not settled; with AtMostOnce
)

// Entry is what is recorded of an input.
type Entry struct {
	Index    int    // of the input when it was recorded; negative where that was another's place
	Key      string // in hexadecimal digits
	State    State
	Attempts int
	// Value is a string, a []byte, an int64, a json.RawMessage for what was written as JSON, or nil
	// for none.
	Value any
	Input json.RawMessage     // with journal.Options.StoreInputs
	Err   *mapper.StoredError // why it has failed
}

// Stats is how much is recorded.
type Stats struct {
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Begun     int `json:"begun"`
	// Damaged is rows that are not as they were written, of a stream whole messages; their inputs run again.
	Damaged int `json:"damaged"`
}

func (s *Stats) count(e Entry, err error) {
	switch {
	case err != nil:
		s.Damaged++
	case e.State == Succeeded:
		s.Succeeded++
	case e.State == Failed:
		s.Failed++
	default:
		s.Begun++
	}
}
