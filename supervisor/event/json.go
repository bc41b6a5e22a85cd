package event

import (
	"encoding/json"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
)

// MarshalJSON writes the event as an object: time, kind, and those of function, pool, run,
// container, lineage, machine, input, attempt, crashes, key, next, count, failed, outcome, took_ns, text,
// stream, dropped and error that say something. An error is an object as [ErrorJSON] has it. Value is
// left out: inputs may be secret.
func (e Event) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Time      time.Time  `json:"time"`
		Kind      Kind       `json:"kind"`
		Function  string     `json:"function,omitempty"`
		Pool      uint64     `json:"pool,omitempty"`
		Run       uint64     `json:"run,omitempty"`
		Container *int       `json:"container,omitempty"`
		Lineage   *int       `json:"lineage,omitempty"`
		Machine   string     `json:"machine,omitempty"`
		Input     *int       `json:"input,omitempty"`
		Attempt   int        `json:"attempt,omitempty"`
		Crashes   int        `json:"crashes,omitempty"`
		Key       string     `json:"key,omitempty"`
		Next      time.Time  `json:"next,omitzero"`
		Count     int        `json:"count,omitempty"`
		Failed    int        `json:"failed,omitempty"`
		Outcome   Outcome    `json:"outcome,omitempty"`
		Took      int64      `json:"took_ns,omitempty"`
		Text      string     `json:"text,omitempty"`
		Stream    string     `json:"stream,omitempty"`
		Dropped   int64      `json:"dropped,omitempty"`
		Err       *ErrorJSON `json:"error,omitempty"`
	}{
		e.Time, e.Kind, e.Function, e.Pool, e.Run,
		Meant(e.Container), Meant(e.Lineage), e.Machine, Meant(e.Input),
		e.Attempt, e.Crashes, e.Key, e.Next, e.Count, e.Failed, e.Outcome, e.Took.Nanoseconds(), e.Text, e.Stream, e.Dropped,
		ErrorOf(e.Err),
	})
}

// ErrorJSON is an error as it is written to JSON: what it says, the type of the error at its
// root, and what is known of the crash, if it is one.
type ErrorJSON struct {
	Text  string     `json:"text"`
	Type  string     `json:"type"`
	Crash *CrashJSON `json:"crash,omitempty"`
}

// Phase says what a container was doing when it crashed.
type Phase string

// CrashJSON is a crash as it is written to JSON.
type CrashJSON struct {
	Container  int    `json:"container"`
	Machine    string `json:"machine,omitempty"`
	Phase      Phase  `json:"phase"`
	Input      *int   `json:"input,omitempty"`
	Reason     string `json:"reason"`
	Kind       string `json:"kind,omitempty"`
	Exit       int    `json:"exit,omitempty"`
	Signal     string `json:"signal,omitempty"`
	OOM        bool   `json:"oom,omitempty"`
	PeakMemory int64  `json:"peak_memory,omitempty"`
	Stack      string `json:"stack,omitempty"`
	Output     string `json:"output,omitempty"`
}

// crash is an error that is a crash. The supervisor's is one, which this package does not know.
type crash interface {
	error
	CrashJSON() *CrashJSON
}

// ErrorOf is err as JSON has it, nil for nil. Whatever the methods of err do, it returns: see
// internal/show.
func ErrorOf(err error) *ErrorJSON {
	if err == nil {
		return nil
	}
	tree := guard.Tree(err)
	out := &ErrorJSON{Text: show.Error(err, 0), Type: show.Type(root(tree))}
	for _, e := range tree {
		if c, ok := e.(crash); ok && out.Crash == nil {
			out.Crash = c.CrashJSON()
		}
	}
	return out
}

// root is the innermost error of a chain: what is around it says where it happened, not what
// it is. Of errors that are joined none is the root.
func root(tree []error) error {
	for i, e := range tree[:len(tree)-1] {
		if _, chained := e.(interface{ Unwrap() error }); !chained {
			return tree[i]
		}
	}
	return tree[len(tree)-1]
}

// Meant is n, or nothing where it stands for nothing.
func Meant(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}
