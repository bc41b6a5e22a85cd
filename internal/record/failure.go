package record

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// failure is why an input has failed, as the value of its row.
type failure struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text"`
	Stack   string   `json:"stack,omitempty"`
	Classes []string `json:"classes,omitempty"` // of the mapper's and the supervisor's, by their texts
	Crash   *crash   `json:"crash,omitempty"`
	Deaths  int      `json:"deaths,omitempty"` // of the whole process
}

// crash is what is recorded of a *supervisor.CrashError.
type crash struct {
	Phase      supervisor.Phase `json:"phase"`
	Kind       string           `json:"kind,omitempty"`
	Goexit     bool             `json:"goexit,omitempty"`
	Exit       int              `json:"exit,omitempty"`
	Signal     string           `json:"signal,omitempty"`
	OOM        bool             `json:"oom,omitempty"`
	Lost       bool             `json:"lost,omitempty"`
	PeakMemory int64            `json:"peak_memory,omitempty"`
	Reason     string           `json:"reason"`
}

// How much of a text, and of a stack, is recorded.
const (
	textLength  = 4 << 10
	stackLength = 4 << 10
)

// FailureOf is an error as it is recorded. The methods of the user's errors are called under guard.
func FailureOf(err error, redact func(string) string) string {
	if redact == nil {
		redact = func(s string) string { return s }
	}
	f := failure{Text: show.Error(err, textLength), Kind: kindOf(err)}
	f.Text = show.Text(redacted(redact, f.Text), textLength)
	for _, class := range classes() {
		if guard.Is(err, class) {
			f.Classes = append(f.Classes, class.Error())
		}
	}
	if e, ok := guard.As[*supervisor.CrashError](err); ok {
		f.Crash = &crash{
			Phase: e.Phase, Kind: e.Kind, Goexit: e.Goexit, Exit: e.Exit, Signal: e.Signal,
			OOM: e.OOM, Lost: e.Lost, PeakMemory: e.PeakMemory, Reason: show.Text(redacted(redact, e.Reason()), textLength),
		}
		f.Stack = show.Text(redacted(redact, e.Stack), stackLength)
	}
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // it has nothing that JSON could not hold
	}
	return string(text)
}

// classes are those that a failure may have, by errors.Is.
func classes() []error {
	return append(supervisor.Sentinels(), supervisor.ErrLost, supervisor.ErrCutoff, supervisor.ErrFatalStart)
}

// redacted calls the user's Redact. What it cannot do is not left as it is.
func redacted(redact func(string) string, text string) string {
	out, failure := guard.Call("Redact", func() string { return redact(text) })
	if failure != nil {
		return "(Redact " + show.Did(failure) + ")"
	}
	return strings.ToValidUTF8(out, "\ufffd")
}

// kindOf says in a word what a failure is.
func kindOf(err error) string {
	if e, ok := guard.As[*mapper.TimeoutError](err); ok && e != nil {
		return "timeout"
	}
	if kind := cause.Of(err).Type; kind != "" {
		return kind
	}
	return "error"
}

// Stored is a recorded failure as an error again.
func Stored(text string, attempts int) (*mapper.StoredError, error) {
	var f failure
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return nil, err
	}
	e := &mapper.StoredError{Kind: f.Kind, Text: f.Text, Stack: f.Stack, Attempts: attempts}
	for _, class := range classes() {
		for _, name := range f.Classes {
			if class.Error() == name {
				e.Classes = append(e.Classes, class)
			}
		}
	}
	if c := f.Crash; c != nil {
		e.Crash = &supervisor.CrashError{
			Container: supervisor.NoInput, Input: supervisor.NoInput, Phase: c.Phase, Kind: c.Kind, Goexit: c.Goexit,
			Exit: c.Exit, Signal: c.Signal, OOM: c.OOM, Lost: c.Lost, PeakMemory: c.PeakMemory, Stack: f.Stack, Err: errors.New(c.Reason),
		}
	}
	return e, nil
}
