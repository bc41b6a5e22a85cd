package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// MarshalJSON writes the event as an object: time, kind, and those of function, pool, run,
// container, lineage, input, attempt, crashes, next, count, failed, took_ns, text, stream,
// dropped and error that say something. An error is an object as [ErrorJSON] has it. Value is
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
		Input     *int       `json:"input,omitempty"`
		Attempt   int        `json:"attempt,omitempty"`
		Crashes   int        `json:"crashes,omitempty"`
		Next      time.Time  `json:"next,omitzero"`
		Count     int        `json:"count,omitempty"`
		Failed    int        `json:"failed,omitempty"`
		Took      int64      `json:"took_ns,omitempty"`
		Text      string     `json:"text,omitempty"`
		Stream    string     `json:"stream,omitempty"`
		Dropped   int64      `json:"dropped,omitempty"`
		Err       *ErrorJSON `json:"error,omitempty"`
	}{
		e.Time, e.Kind, e.Function, e.Pool, e.Run,
		meant(e.Container), meant(e.Lineage), meant(e.Input),
		e.Attempt, e.Crashes, e.Next, e.Count, e.Failed, e.Took.Nanoseconds(), e.Text, e.Stream, e.Dropped,
		ErrorOf(e.Err),
	})
}

// meant is n, or nothing where it stands for nothing.
func meant(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}

// ErrorJSON is an error as it is written to JSON: what it says, the type of the error at its
// root, and what is known of the crash, if it is one.
type ErrorJSON struct {
	Text  string     `json:"text"`
	Type  string     `json:"type"`
	Crash *CrashJSON `json:"crash,omitempty"`
}

// CrashJSON is a [CrashError] as it is written to JSON.
type CrashJSON struct {
	Container  int    `json:"container"`
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

// ErrorOf is err as JSON has it, nil for nil.
func ErrorOf(err error) *ErrorJSON {
	if err == nil {
		return nil
	}
	out := &ErrorJSON{Text: err.Error(), Type: fmt.Sprintf("%T", root(err))}
	if crash, ok := errors.AsType[*CrashError](err); ok {
		out.Crash = &CrashJSON{
			Container: crash.Container, Phase: crash.Phase, Input: meant(crash.Input), Reason: crash.Reason(),
			Kind: crash.Kind, Exit: crash.Exit, Signal: crash.Signal, OOM: crash.OOM, PeakMemory: crash.PeakMemory,
			Stack: crash.Stack, Output: crash.Output,
		}
	}
	return out
}

// root is the innermost error of a chain: what is around it says where it happened, not what
// it is. Of errors that are joined none is the root.
func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
