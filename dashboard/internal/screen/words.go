package screen

import (
	"strings"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/supervisor"
)

// word is how a state is shown: in a word, with a shape of its own, and in a colour. Colour
// alone says nothing.
type word struct {
	Text string
	Icon string // a symbol of icons.html
	Tone string // a class of page.css: grey blue amber green red
}

// words is the states of runs, inputs, containers and attempts.
var words = map[string]word{
	// Inputs, and runs that live.
	"pending":   {"pending", "dots", "grey"},
	"running":   {"running", "play", "blue"},
	"waiting":   {"waiting", "clock", "amber"},
	"paused":    {"paused", "pause", "amber"},
	"retrying":  {"retrying", "again", "amber"},
	"succeeded": {"succeeded", "check", "green"},
	"failed":    {"failed", "cross", "red"},
	"cancelled": {"cancelled", "slash", "grey"},

	// Runs that have ended, by outcome.
	"completed":               {"completed", "check", "green"},
	"completed_with_failures": {"completed with failures", "part", "amber"},
	"cut_off":                 {"cut off", "burst", "red"},
	"failed_at_input":         {"failed at an input", "cross", "red"},
	"source_failed":           {"its source failed", "cross", "red"},

	// Containers, and functions.
	"starting":      {"starting", "ring", "grey"},
	"idle":          {"idle", "pause", "green"},
	"ready":         {"ready", "check", "green"},
	"backing_off":   {"backing off", "clock", "amber"},
	"crash_looping": {"crash-looping", "alarm", "red"},
	"stopping":      {"stopping", "half", "grey"},
	"stopped":       {"stopped", "square", "grey"},
	"crashed":       {"crashed", "burst", "red"},
	"abandoned":     {"abandoned", "slash", "red"},

	// Machines, which are ready or drain.
	"draining": {"draining", "half", "amber"},
	"unused":   {"not used", "ring", "grey"},
	"left":     {"left", "square", "grey"},
	"lost":     {"lost", "slash", "red"},

	// What else an attempt comes to, and what causes have.
	"rerun":     {"re-run", "again", "amber"},
	"timeout":   {"timed out", "clock", "red"},
	"retried":   {"retried", "again", "amber"},
	"recovered": {"crashed", "burst", "amber"},

	// Incidents.
	"crash_loop": {"crash loop", "alarm", "red"},
	"cutoff":     {"cut off", "burst", "red"},
}

// wordOf is the word for a state. A state that is not known is shown as it is.
func wordOf(state any) word {
	s := asText(state)
	if w, ok := words[s]; ok {
		return w
	}
	return word{name(strings.ReplaceAll(s, "_", " ")), "dots", "grey"}
}

// statusOf is the word for what a run is doing, or has come to: with numbers.
func statusOf(r history.Run) word {
	w := wordOf(r.Status)
	switch o := supervisor.Outcome(r.Status); o {
	case supervisor.WithFailures, supervisor.FailedAtInput:
		w.Text = o.Say(r.Counts.Failed, r.FailedAt)
	}
	return w
}

// kindOf is the word for what a cause has done: what nothing was lost to was only retried.
func kindOf(c history.Cause) word {
	switch {
	case c.Crash && c.Failed == 0 && len(c.Samples) > 0:
		return words["recovered"]
	case c.Crash:
		return words["crashed"]
	case c.Failed > 0:
		return words["failed"]
	}
	return words["retried"]
}
