package screen

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a text is shown: of a name, in the row of a table, behind a row, and where it is
// the matter.
const (
	nameLength  = 80
	lineLength  = 300
	traceLength = 4 << 10
	textLength  = 32 << 10
)

// ansi is the escape sequences of terminals: colours, cursor movements, titles, links.
var ansi = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\\\)|[@-Z\\\\-_])")

// clean makes the first so many bytes of a text harmless, and says how many it leaves out.
// Sequences and pictures change the length, but not by so much that it matters.
func clean(s string, length int) string {
	if len(s) <= length {
		return tame(s)
	}
	cut := strings.ToValidUTF8(s[:length], "")
	return tame(cut) + "… (" + number(len(s)-len(cut)) + " bytes more)"
}

// end is clean for a text whose last bytes matter.
func end(s string, length int) string {
	if len(s) <= length {
		return tame(s)
	}
	cut := strings.ToValidUTF8(s[len(s)-length:], "")
	return "(" + number(len(s)-len(cut)) + " bytes before) …" + tame(cut)
}

// tame makes a text harmless: what would command a terminal is removed, other controls are
// shown as pictures of themselves, and what would turn the direction of the writing, or is not
// to be seen, as a question mark. Templates do the rest against markup.
func tame(s string) string {
	if strings.Contains(s, "\x1b") { // most have none, and pages are made often
		s = ansi.ReplaceAllString(s, "")
	}
	s = strings.Map(harmless, strings.ReplaceAll(s, "\r\n", "\n"))
	return strings.ToValidUTF8(s, string(utf8.RuneError))
}

// harmless is what is shown for a rune.
func harmless(r rune) rune {
	switch {
	case r == '\n', r == '\t', r == '\u200c', r == '\u200d': // the last two join, and do not join, letters and emoji
		return r
	case r < ' ':
		return '␀' + r
	case r == 0x7f:
		return '␡'
	case unicode.In(r, unicode.Bidi_Control, unicode.Cf, unicode.Cc, unicode.Zl, unicode.Zp):
		return utf8.RuneError
	}
	return r
}

// What is shown of a name, in a row, behind a row, and at length. The last two have lines.
func name(s string) string  { return oneLine(clean(s, nameLength)) }
func line(s string) string  { return oneLine(clean(s, lineLength)) }
func trace(s string) string { return clean(s, traceLength) }
func text(s string) string  { return clean(s, textLength) }

func oneLine(s string) string {
	return strings.NewReplacer("\n", " ⏎ ", "\t", " ").Replace(strings.TrimSpace(s))
}
