package recorded

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
	damaged, err := r.export(w, f)
	return errors.Join(append([]error{err}, damaged...)...)
}

// export returns what could not be read, row by row, and what has ended it.
func (r *Reader) export(w io.Writer, f Format) (damaged []error, err error) {
	var write func(line) error
	var broken error
	flush := func() error { return nil }
	switch f {
	case JSONLines:
		out := json.NewEncoder(w)
		write = func(l line) error { return out.Encode(l) }
	case CSV:
		out := csv.NewWriter(w)
		if err := out.Write([]string{"index", "key", "state", "attempts", "value", "kind", "error", "input"}); err != nil {
			return nil, err
		}
		write = func(l line) error { return out.Write(l.fields()) }
		flush = func() error {
			out.Flush()
			return out.Error()
		}
	default:
		return nil, &policy.InvalidError{Field: "format", Value: f, Reason: "must be CSV or JSONLines"}
	}
	err = r.each(func(e Entry, bad error) bool {
		if bad != nil {
			damaged = append(damaged, bad)
			return true
		}
		l := line{Index: e.Index, Key: e.Key, State: e.State, Attempts: e.Attempts, Value: e.Value, Input: e.Input}
		if e.Err != nil {
			l.Kind, l.Error = e.Err.Kind, e.Err.Text
		}
		broken = write(l)
		return broken == nil
	})
	switch {
	case broken != nil:
		return damaged, broken
	case err != nil:
		return damaged, errors.Join(flush(), err)
	}
	return damaged, flush()
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
