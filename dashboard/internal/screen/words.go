package screen

import "strings"

// word is how a state is shown: in a word, with a shape of its own, and in a colour. Colour
// alone says nothing.
type word struct {
	Text string
	Icon string // a symbol of icons.html
	Tone string // a class of page.css: grey blue amber green red
}

// words is the states of runs, inputs, containers and attempts.
var words = map[string]word{
	// Inputs, and runs that have ended.
	"pending":   {"pending", "dots", "grey"},
	"running":   {"running", "play", "blue"},
	"retrying":  {"retrying", "again", "amber"},
	"succeeded": {"succeeded", "check", "green"},
	"failed":    {"failed", "cross", "red"},
	"cancelled": {"cancelled", "slash", "grey"},

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

	// What else an attempt comes to.
	"rerun":   {"re-run", "again", "amber"},
	"timeout": {"timed out", "clock", "red"},
}

// wordOf is the word for a state. A state that is not known is shown as it is.
func wordOf(state any) word {
	s := asText(state)
	if w, ok := words[s]; ok {
		return w
	}
	return word{name(strings.ReplaceAll(s, "_", " ")), "dots", "grey"}
}
