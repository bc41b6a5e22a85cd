package screen

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/supervisor"
)

// functions are what templates can call.
var functions = template.FuncMap{
	"root": func() string { return "" }, "rel": moment.page, // see sets

	// Texts that come from programs.
	"name":  func(s any) string { return name(asText(s)) },
	"short": func(s string) string { return short(name(s), 8) }, // of a hash
	"whole": whole, "cut": cut, "reason": reason, "line": line, "trace": trace, "text": text, "long": long,
	"traceEnd": func(s string) string { return end(s, traceLength) },
	"textEnd":  func(s string) string { return end(s, textLength) },

	// Words, numbers and times.
	"word": wordOf, "status": statusOf, "kind": kindOf, "called": Called, "stack": stackOf,
	"n": count, "rate": rate, "pct": percent, "share": share, "plural": amount.Of, "wordfor": amount.Word, "bytes": amount.Bytes,
	"dur": duration, "ago": ago, "age": age, "until": until, "clock": clock,
	"between": func(from, to time.Time) string { return duration(to.Sub(from)) },
	"asTime":  time.UnixMilli,

	// What a model says only indirectly.
	"states": states, "settled": settled, "progress": progress, "ending": ending,
	"gauge": func(n, limit int) *bar { return gauge(n, limit, amount.Number(n)+" of "+amount.Number(limit)) },
	"last":  func(a history.Attempt) int { return a.Input + a.Count - 1 },

	"lane": laneLabel, "blocks": lanePath,

	// What the language of templates lacks.
	"list":    func(all ...any) []any { return all },
	"crashes": func(c *history.Crash) []history.Crash { return []history.Crash{*c} },
	"str":     asText,
	"segment": pathPart,
	"int":     func(n int64) int { return int(n) },
	"less":    func(n int) int { return n - 1 },
	"add":     func(a, b int) int { return a + b },
	"heads":   plainHeads, "sorted": sortedBy, "mostOf": mostOf,
	"now": time.Now,
}

func asText(v any) string { return fmt.Sprint(v) }

// pathPart is a part of a path. What is too long to be one leads nowhere.
func pathPart(s string) string {
	if len(s) > pathLength {
		return ""
	}
	return url.PathEscape(s)
}

const pathLength = 500

// long is a trace on one line.
func long(s string) string { return oneLine(trace(s)) }

// counted is how many inputs are in a state.
type counted struct {
	Name string
	N    int
}

// states is the inputs by state, in the order of their lives.
func states(c history.Counts) []counted {
	return []counted{
		{"pending", c.Pending},
		{"running", c.Running},
		{"retrying", c.Retrying},
		{"succeeded", c.Succeeded},
		{"failed", c.Failed},
		{"cancelled", c.Cancelled},
	}
}

func settled(c history.Counts) int { return c.Succeeded + c.Failed + c.Cancelled }

// ending is how a container ended, in a few words.
func ending(c *supervisor.CrashJSON) string {
	switch {
	case c.OOM && c.PeakMemory > 0:
		return "out of memory at " + amount.Bytes(c.PeakMemory)
	case c.OOM:
		return "out of memory"
	case c.Signal != "":
		return "signal " + name(c.Signal)
	case c.Exit != 0:
		return fmt.Sprintf("exit code %d", c.Exit)
	case c.Kind != "":
		return name(c.Kind)
	case strings.HasPrefix(c.Reason, "panic"):
		return "panic"
	case c.Phase == supervisor.PhaseStart:
		return "failed start"
	}
	return "end of its goroutine"
}

// cut is the whole of a name where it is shown only in part, else empty.
func cut(s string) string {
	if len(head(s, nameLength)) == len(s) {
		return ""
	}
	return whole(s)
}

// reason is why, in a line: of a crash what ended the container.
func reason(err *supervisor.ErrorJSON) string {
	switch {
	case err == nil:
		return "not known"
	case err.Crash != nil:
		return line(err.Crash.Reason)
	}
	return line(err.Text)
}
