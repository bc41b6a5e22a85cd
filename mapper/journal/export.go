package journal

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/longshore-go/longshore/policy"
)

// Format is how [Reader.Export] writes.
type Format int

// The formats. Both have index, key, state, attempts, value, kind and error of each entry, and its
// input where it is stored. Bytes are in base64.
const (
	CSV       Format = iota // with a line of names first, see encoding/csv
	JSONLines               // an object a line
)

// line is an entry as it is exported.
type line struct {
	Index    int             `json:"index"`
	Key      string          `json:"key"`
	State    State           `json:"state"`
	Attempts int             `json:"attempts"`
	Value    any             `json:"value,omitempty"`
	Kind     string          `json:"kind,omitempty"`
	Error    string          `json:"error,omitempty"`
	Input    json.RawMessage `json:"input,omitempty"`
}

// Export writes all entries that can be read. The error is that of w, a *policy.InvalidError for
// another format, and in the end, joined, what could not be read.
func (r *Reader) Export(w io.Writer, f Format) error {
	var write func(line) error
	flush := func() error { return nil }
	switch f {
	case JSONLines:
		out := json.NewEncoder(w)
		write = func(l line) error { return out.Encode(l) }
	case CSV:
		out := csv.NewWriter(w)
		if err := out.Write([]string{"index", "key", "state", "attempts", "value", "kind", "error", "input"}); err != nil {
			return err
		}
		write = func(l line) error { return out.Write(l.fields()) }
		flush = func() error {
			out.Flush()
			return out.Error()
		}
	default:
		return &policy.InvalidError{Field: "format", Value: f, Reason: "must be CSV or JSONLines"}
	}
	var damaged []error
	for e, err := range r.All() {
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		l := line{Index: e.Index, Key: e.Key, State: e.State, Attempts: e.Attempts, Value: e.Value, Input: e.Input}
		if e.Err != nil {
			l.Kind, l.Error = e.Err.Kind, e.Err.Text
		}
		if err := write(l); err != nil {
			return err
		}
	}
	return errors.Join(append([]error{flush()}, damaged...)...)
}

func (l line) fields() []string {
	value := ""
	switch v := l.Value.(type) {
	case nil:
	case []byte:
		value = base64.StdEncoding.EncodeToString(v)
	case json.RawMessage:
		value = string(v)
	default:
		value = fmt.Sprint(v)
	}
	return []string{strconv.Itoa(l.Index), l.Key, string(l.State), strconv.Itoa(l.Attempts), value, l.Kind, l.Error, string(l.Input)}
}
