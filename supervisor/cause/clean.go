package cause

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// varying is what differs from one input to the next. Of several that begin at one place the first
// counts.
var varying = regexp.MustCompile(strings.Join([]string{
	`"(?:[^"\\]|\\.)*"`, "`[^`]*`", `\B'[^']*'\B`, // quoted; \B spares the apostrophe in can't
	`\b[A-Za-z][A-Za-z0-9+.-]*://[^\s]*[^\s:;,.)\]]`,              // a URL
	`\B/[^\s:;,()"']*[^\s:;,.()"']`, `\b[A-Za-z]:\\[^\s:;,()"']+`, // an absolute path
	`\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b`, // a UUID
	`0[xX][0-9A-Fa-f]+`,
	`\b(?:[0-9]+[A-Fa-f]|[A-Fa-f]+[0-9])[0-9A-Fa-f]{4,}\b`, // hexadecimal, to look at
	`\b(?:[0-9]+(?:\.[0-9]+)?(?:h|ms|µs|us|ns|m|s))+\b`,    // a time.Duration
	`[0-9]+(?:[.,:][0-9]+)*`,                               // a number, a time, an IP address, with its port
}, "|"))

// scrub puts # for numbers and … for names into a clean text.
func scrub(text string) string {
	return varying.ReplaceAllStringFunc(text, func(s string) string {
		switch first := s[0]; {
		case first == '"' || first == '\'' || first == '`':
			return s[:1] + "…" + s[:1]
		case first == '/' || strings.Contains(s, "://") || strings.Contains(s, `:\`):
			return "…"
		default:
			return "#"
		}
	})
}

// escape is a sequence that terminals obey: CSI, OSC and their like, and the two-byte ones.
var escape = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]?|" +
	"(?:\x1b[\\]P_^X]|[\u009d\u0090])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)?|" +
	"\x1b[ -/]*[0-~]?")

// Clean returns text as it may be shown on a terminal or a page: one line of valid UTF-8 with
// at most so many characters, a … among them where something was cut off. Escape sequences are
// left out, space of any kind is one blank, and what else does not print is a � each.
func Clean(text string, characters int) string {
	long := len(text) > cleaned*characters
	if long {
		text = text[:cleaned*characters]
	}
	if plain(text) && len(text) <= characters {
		return text
	}
	text = escape.ReplaceAllLiteralString(strings.ToValidUTF8(text, "�"), "")
	var b strings.Builder
	n, blank := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) {
			blank = n > 0
			continue
		}
		if blank {
			b.WriteByte(' ')
			n++
		}
		if n >= characters {
			return cut(b.String(), characters)
		}
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		n, blank = n+1, false
	}
	if long {
		return cut(b.String(), characters)
	}
	return b.String()
}

// cleaned is how many bytes of a text are read for each character of the result: some go into
// escape sequences.
const cleaned = 8

// cut makes the last character that may be shown a …, or adds one.
func cut(s string, characters int) string {
	runes := []rune(s)
	return string(runes[:max(min(len(runes), characters-1), 0)]) + "…"
}

// plain reports a text that needs no cleaning: printable ASCII, with single blanks inside.
func plain(text string) bool {
	last := byte(' ')
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = text[i]
	}
	return text == "" || last != ' '
}
