package screen

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/longshore-go/longshore/internal/amount"
)

// How many characters of a text are shown: of a name, of one that is the heading, or is pointed at, in the row of
// a table, behind a row, and where it is the matter.
const (
	nameLength  = 60
	wholeLength = 500
	lineLength  = 300
	traceLength = 4 << 10
	textLength  = 32 << 10
)

// ansi is the escape sequences of terminals: colours, cursor movements, titles, links.
var ansi = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\\\)|[@-Z\\\\-_])")

// clean makes the first so many characters of a text harmless, and says how many bytes it leaves out.
func clean(s string, length int) string {
	cut := head(s, length)
	if len(cut) == len(s) {
		return tame(s)
	}
	return tame(cut) + "… (" + bytesOf(len(s)-len(cut)) + " more)"
}

func bytesOf(n int) string { return amount.Of(n, "byte", "bytes") }

// head is the first so many characters.
func head(s string, length int) string {
	if len(s) <= length {
		return s
	}
	n := 0
	for i := range s {
		if n == length {
			return s[:i]
		}
		n++
	}
	return s
}

// end is clean for a text whose last bytes matter.
func end(s string, length int) string {
	if len(s) <= length {
		return tame(s)
	}
	cut := strings.ToValidUTF8(s[len(s)-length:], "")
	return "(" + bytesOf(len(s)-len(cut)) + " before) …" + tame(cut)
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

// What is shown of a name, of the whole of it, in a row, behind a row, and at length. The last two have lines.
func name(s string) string  { return short(s, nameLength) }
func whole(s string) string { return short(s, wholeLength) }
func line(s string) string  { return oneLine(clean(s, lineLength)) }
func trace(s string) string { return clean(s, traceLength) }
func text(s string) string  { return clean(s, textLength) }

// short is the beginning of a text, without a word on how much is left out: that is shown to whoever points at it.
func short(s string, length int) string {
	cut := head(s, length)
	if len(cut) == len(s) {
		return oneLine(tame(s))
	}
	return oneLine(tame(head(cut, length-1))) + "…"
}

func oneLine(s string) string {
	return strings.NewReplacer("\n", " ⏎ ", "\t", " ").Replace(strings.TrimSpace(s))
}
