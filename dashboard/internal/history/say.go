package history

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/supervisor"
)

// Lengths of what is kept of the texts that come from elsewhere. Whoever shows them still has to
// take them for what they are: anything.
const (
	describedLength = 200 // characters
	errorLength     = 500
	crashLength     = 2000
	typeLength      = 100
	stackLength     = 16 << 10
)

// say is the input as the user's Describe has it, empty without one.
func (b *Book) say(input any) string {
	if b.describe == nil {
		return ""
	}
	text, failure := guard.Within(describePatience, b, func() string { return b.describe(input) })
	if failure != nil {
		text = "Describe " + show.Did(failure)
	}
	return clip(text, describedLength)
}

// describePatience is how long a Describe may take for an input: a program may well look it up somewhere.
const describePatience = 2 * time.Minute

// errorOf is err for a list: in short, and without stacks.
func errorOf(err error) *supervisor.ErrorJSON {
	out := supervisor.ErrorOf(err)
	if out == nil {
		return nil
	}
	out.Text = clip(out.Text, errorLength)
	out.Type = clip(out.Type, typeLength)
	if out.Crash != nil {
		out.Crash.Reason = clip(out.Crash.Reason, errorLength)
		out.Crash.Stack, out.Crash.Output = "", ""
	}
	return out
}

// wholeErrorOf is err with what is known of the crash.
func wholeErrorOf(err error) *supervisor.ErrorJSON {
	out := supervisor.ErrorOf(err)
	if out == nil {
		return nil
	}
	out.Text = clip(out.Text, crashLength)
	out.Type = clip(out.Type, typeLength)
	if c := out.Crash; c != nil {
		c.Reason = clip(c.Reason, crashLength)
		c.Stack = clip(c.Stack, stackLength)
		c.Output = clipFront(c.Output, stackLength)
	}
	return out
}

// inShort is an error without stacks.
func inShort(err *supervisor.ErrorJSON) *supervisor.ErrorJSON {
	if err == nil || err.Crash == nil {
		return err
	}
	out, crash := *err, *err.Crash
	crash.Stack, crash.Output = "", ""
	out.Text, out.Crash = clip(out.Text, errorLength), &crash
	return &out
}

// clip is text as valid UTF-8 of at most n characters, the last a … where something was cut off:
// a copy then, which does not keep the whole in memory.
func clip(text string, n int) string {
	if len(text) <= n && utf8.ValidString(text) {
		return text
	}
	at, characters := 0, 0
	for i := range text {
		if characters == n-1 {
			at = i
		}
		if characters == n {
			return strings.ToValidUTF8(text[:at], "�") + "…"
		}
		characters++
	}
	return strings.ToValidUTF8(text, "�")
}

// clipFront is the end of text, n bytes of it at most.
func clipFront(text string, n int) string {
	if len(text) > n {
		text = "…" + text[len(text)-n:]
	}
	return strings.Clone(strings.ToValidUTF8(text, "�"))
}
