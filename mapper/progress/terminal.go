package progress

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// terminal keeps a line for each at the bottom of the terminal. Below them is the cursor. What is printed is
// written together with the lines below it, at once, so that it is on the terminal when print returns, and not
// lost by an os.Exit.
type terminal struct {
	out     io.Writer
	size    func() (width, height int)
	colours bool
	reflows bool // it breaks lines anew when it becomes narrower

	shown  []*watched
	drawn  []string // the lines that stand there
	broken bool
}

func newTerminal(out io.Writer, size func() (width, height int), colours bool) *terminal {
	return &terminal{out: out, size: size, colours: colours, reflows: reflows()}
}

// reflows reports what most terminals do today. xterm and GNU screen cut lines off instead.
func reflows() bool {
	return os.Getenv("XTERM_VERSION") == "" && (!strings.HasPrefix(os.Getenv("TERM"), "screen") || os.Getenv("TMUX") != "")
}

func (t *terminal) add(w *watched) { t.shown = append(t.shown, w) }

func (t *terminal) remove(w *watched) {
	t.shown = slices.DeleteFunc(t.shown, func(other *watched) bool { return other == w })
	t.refresh()
}

func (t *terminal) print(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	if t.broken {
		_, err := t.out.Write(lines)
		return err
	}
	return t.write(lines)
}

// refresh draws. What is there already is not drawn again.
func (t *terminal) refresh() {
	if !t.broken {
		_ = t.write(nil)
	}
}

func (t *terminal) close() {
	t.shown = nil
	t.refresh()
}

// write takes the lines away, writes text, and draws them below it.
func (t *terminal) write(text []byte) error {
	width, height := t.size()
	now := time.Now()
	states := make([]state, len(t.shown))
	for i, w := range t.shown {
		states[i] = w.look(now)
	}
	// In the last column some terminals wrap; and the cursor has a line of its own.
	lines := block(states, max(width-1, 1), height-1, t.colours)
	if len(text) == 0 && slices.Equal(lines, t.drawn) && t.rows(width) == len(lines) {
		return nil
	}
	var b strings.Builder
	if rows := t.rows(width); rows > 0 {
		fmt.Fprintf(&b, "\r\x1b[%dA\x1b[J", rows)
	}
	b.Write(text)
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	t.drawn = lines
	_, err := io.WriteString(t.out, b.String())
	t.broken = err != nil
	return err
}

// rows is how many rows of the terminal the lines take that stand there. In one that has become narrower, they are
// more than the lines.
func (t *terminal) rows(width int) (rows int) {
	for _, l := range t.drawn {
		rows++
		if t.reflows {
			rows += max(cells.StringWidth(bare(l))-1, 0) / width
		}
	}
	return rows
}

// bare is a line without its colours.
func bare(line string) string {
	if !strings.Contains(line, "\x1b") {
		return line
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(line, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, line, _ = strings.Cut(after, "m")
	}
}
