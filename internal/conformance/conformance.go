// Package conformance holds the cases every part of Longshore is checked against, as data.
//
// The files are copies of the project's conformance cases: what Modal's tests, code and guides state
// (modal_cases.json), the crash policies (supervision_cases.json) and flow control (flow_cases.json). They are embedded, so that the tests run in a
// plain clone; LONGSHORE_CONFORMANCE names a directory to read them from instead, so that the same tests run over a
// newer or larger set without being touched.
//
// What a case sets up and expects differs from area to area, so both stay raw JSON here: the test that runs an area
// decodes its own shapes and fails on what it does not know.
package conformance

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
)

//go:embed modal_cases.json supervision_cases.json flow_cases.json
var embedded embed.FS

// Case is one case of any file. Fields a file does not have are empty.
type Case struct {
	ID    string          `json:"id"`
	Area  string          `json:"area"`
	Basis string          `json:"basis"`   // modal_cases: where the fact was found
	Check string          `json:"checked"` // flow_cases: by hand, or by a model
	Level string          `json:"level"`   // supervision_cases: trace, run, synctest, process, property
	Name  string          `json:"name"`
	Note  string          `json:"note"`
	Setup json.RawMessage `json:"setup"`

	Expect   json.RawMessage `json:"expect"`   // modal_cases: what Modal does; flow_cases: what to expect
	Ours     json.RawMessage `json:"ours"`     // modal_cases: what to expect instead, where it is there
	Expected string          `json:"expected"` // supervision_cases: the same in words
	Trace    json.RawMessage `json:"trace"`    // supervision_cases of level trace and run
}

// Want is what to expect of us: Ours where the case has it, else Expect.
func (c Case) Want() json.RawMessage {
	if len(c.Ours) > 0 {
		return c.Ours
	}
	return c.Expect
}

// Kind is the kind of the case's trace (detector, streak, gate, attribution, run), "" for a case without one.
func (c Case) Kind() string {
	var trace struct{ Kind string }
	if len(c.Trace) == 0 || json.Unmarshal(c.Trace, &trace) != nil {
		return ""
	}
	return trace.Kind
}

// Modal returns the cases of modal_cases.json.
func Modal() ([]Case, error) { return read("modal_cases.json") }

// Supervision returns the cases of supervision_cases.json.
func Supervision() ([]Case, error) { return read("supervision_cases.json") }

// Flow returns the cases of flow_cases.json.
func Flow() ([]Case, error) { return read("flow_cases.json") }

// read refuses a file without cases and a case without an id or with another's: a test would skip it in silence.
func read(name string) ([]Case, error) {
	var from fs.FS = embedded
	if dir := os.Getenv("LONGSHORE_CONFORMANCE"); dir != "" {
		from = os.DirFS(dir)
	}
	data, err := fs.ReadFile(from, name)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	var file struct{ Cases []Case }
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("conformance: %s: %w", name, err)
	}
	if len(file.Cases) == 0 {
		return nil, fmt.Errorf("conformance: %s has no cases", name)
	}
	seen := make(map[string]bool, len(file.Cases))
	for i, c := range file.Cases {
		if c.ID == "" || seen[c.ID] {
			return nil, fmt.Errorf("conformance: %s: case %d: missing or repeated id %q", name, i, c.ID)
		}
		seen[c.ID] = true
	}
	return file.Cases, nil
}

// Decode decodes a part of a case. It fails on fields that T does not have: a case of which half is understood is not run.
func Decode[T any](data json.RawMessage) (v T, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, fmt.Errorf("conformance: %s: %w", data, err)
	}
	return v, nil
}
