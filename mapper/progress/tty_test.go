package progress_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// tty is what a terminal shows of all that was written to it: enough of one for what we write, and it knows nothing else.
type tty struct {
	mu    sync.Mutex
	lines [][]cell
	ink   string // of what comes: the parameter of the last SGR, none after 0
	row   int
	col   int
	bad   string // an escape sequence that it does not know
	bytes int
	begun string // of a sequence or a character, of which the rest is yet to come
}

// cell is a character, and its colour.
type cell struct {
	r   rune
	ink string
}

var partial = regexp.MustCompile(`^\x1b(\[[0-9;]*)?$`)

var sequence = regexp.MustCompile(`^\x1b\[([0-9;]*)([A-Za-z])`)

func (t *tty) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += len(text)
	rest := t.begun + string(text)
	t.begun = ""
	for rest != "" {
		if partial.MatchString(rest) || !utf8.FullRuneInString(rest) {
			t.begun = rest
			break
		}
		if s := sequence.FindStringSubmatch(rest); s != nil {
			t.obey(s[1], s[2])
			rest = rest[len(s[0]):]
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		t.put(r)
		rest = rest[size:]
	}
	return len(text), nil
}

func (t *tty) obey(number, letter string) {
	switch letter {
	case "A":
		up := 0
		for _, digit := range number {
			up = 10*up + int(digit-'0')
		}
		t.row = max(t.row-up, 0)
	case "J":
		t.lines = t.lines[:min(t.row+1, len(t.lines))]
		if t.row < len(t.lines) {
			t.lines[t.row] = t.lines[t.row][:min(t.col, len(t.lines[t.row]))]
		}
	case "m":
		t.ink = strings.TrimPrefix(number, "0")
	default:
		t.bad = number + letter
	}
}

// narrow has lines broken anew, as most terminals do when they become narrower. The cursor is in the first column.
func (t *tty) narrow(width int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines [][]cell
	row := 0
	for i, line := range t.lines {
		if i == t.row {
			row = len(lines)
		}
		for ; len(line) > width; line = line[width:] {
			lines = append(lines, line[:width])
		}
		lines = append(lines, line)
	}
	if t.row >= len(t.lines) {
		row = len(lines)
	}
	t.lines, t.row = lines, row
}

func (t *tty) put(r rune) {
	switch r {
	case '\n':
		t.row, t.col = t.row+1, 0
		return
	case '\r':
		t.col = 0
		return
	case 0x1b:
		t.bad = "a bare escape"
	}
	for len(t.lines) <= t.row {
		t.lines = append(t.lines, nil)
	}
	line := t.lines[t.row]
	for len(line) <= t.col {
		line = append(line, cell{r: ' '})
	}
	line[t.col] = cell{r, t.ink}
	t.lines[t.row] = line
	t.col++
}

// shows is the lines of the screen, without what is empty at the end.
func (t *tty) shows(tb testing.TB) []string {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	require.Empty(tb, t.bad, "an escape sequence that nobody asked for")
	var all []string
	for _, line := range t.lines {
		var b strings.Builder
		for _, c := range line {
			b.WriteRune(c.r)
		}
		all = append(all, strings.TrimRight(b.String(), " "))
	}
	for len(all) > 0 && all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}
