//go:build linux || darwin

package progress_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/eventlog"
	"github.com/longshore-go/longshore/supervisor/process"
)

var pictured = flag.String("picture", "", "show bars on a terminal for some seconds, and write a picture of it to this folder")

// The picture in docs/watching.md is of a real terminal, as it stands: a run that is over, and one in worker processes, one
// that fails now and then and a function that crash-loops, with the log above them.
//
//	go test -run Picture -picture ../../docs .
func TestPicture(t *testing.T) {
	if *pictured == "" {
		t.Skip("takes some seconds, and only on request: -picture FOLDER")
	}
	const rows, cols = 16, 132
	term := openWide(t, rows, cols)
	stderr := os.Stderr
	os.Stderr = term.tty
	defer func() { os.Stderr = stderr }()
	bars := progress.New(os.Stderr, progress.Options{})
	log := supervisor.Observers{bars, eventlog.New(loggerOver(bars, "run", "frame"), eventlog.Options{})}
	show := func(fn func()) { // joined when the test is over
		done := make(chan struct{})
		go func() { defer close(done); fn() }()
		t.Cleanup(func() { <-done })
	}

	index(t, bars)
	show(func() {
		var photos []photo
		for i := range 2000 {
			photos = append(photos, photo{Number: i, Takes: 20 * time.Millisecond})
		}
		photos[417].Blank = filepath.Join(t.TempDir(), "seen")
		_, _ = mapper.Collect(t.Context(), crop, photos, mapper.Options{
			Name: "crop", Containers: 4, ReturnExceptions: true, Runtime: process.New(process.Options{}), Observer: log,
		})
	})
	term.await(t, "crop  ")
	show(func() {
		_, _ = mapper.Collect(t.Context(), fetch, numbers(50_000), mapper.Options{
			Name: "fetch", Containers: 64, ReturnExceptions: true, Observer: bars,
			Retries: policy.Retries{MaxRetries: 3, InitialDelay: 500 * time.Millisecond},
		})
	})
	term.await(t, "fetch  ")
	billing(t, bars)
	term.awaitMatch(t, `(?s)container crashed.*^crop +5[0-9]%.*^billing .*next start in`)
	require.NoError(t, os.WriteFile(filepath.Join(*pictured, "terminal.svg"), []byte(term.svg(rows, cols)), 0o644))
}

// index is over soon, and some of it has failed.
func index(t *testing.T, bars *progress.Bars) {
	_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
		time.Sleep(time.Millisecond)
		if i%200 == 7 {
			return 0, fmt.Errorf("opening part-%05d: %w", i, os.ErrNotExist)
		}
		return i, nil
	}, numbers(600), mapper.Options{Name: "index", Containers: 8, ReturnExceptions: true, Observer: bars})
	require.Error(t, err)
}

// fetch is refused now and then, and once in a while for good.
func fetch(ctx context.Context, i int) (int, error) {
	select {
	case <-time.After(40 * time.Millisecond):
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	switch {
	case i%900 == 11:
		return 0, policy.Permanent(errors.New("404 Not Found"))
	case i%37 == 0 && i%2 == 0:
		return 0, errors.New("503 Service Unavailable")
	}
	return i, nil
}

// billing crash-loops until the end of the test.
func billing(t *testing.T, bars *progress.Bars) {
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(context.Context, int) (int, error) { panic("no ledger") }),
		mapper.Options{Name: "billing", Containers: 2, CrashLimit: 1000, Observer: bars, Crashes: policy.Deployed{ColdInputs: 1, GateInitialDelay: time.Minute, GateMaxDelay: time.Minute}})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	_, err = f.Spawn(t.Context(), 1)
	require.NoError(t, err)
}

// A character of the picture, and what is around them.
const (
	cellWidth, cellHeight = 8.4, 19.0
	margin                = 14.0
)

// svg draws the screen: the last rows, broken where they are longer than it is wide. Each stretch of one colour stands where it
// does on the terminal, whatever the font is.
func (t *terminal) svg(rows, cols int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines [][]cell
	for _, line := range t.screen.lines {
		for ; len(line) > cols; line = line[cols:] {
			lines = append(lines, line[:cols])
		}
		lines = append(lines, line)
	}
	lines = lines[max(len(lines)-rows, 0):]
	width, height := 2*margin+cellWidth*float64(cols), 2*margin+cellHeight*float64(len(lines))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-label="Bars on a terminal">
<style>
.ground{fill:#fff;stroke:#d9dde1}text{font:14px ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;white-space:pre;fill:#1b2126}
.c31{fill:#b3261e}.c32{fill:#1d7033}.c33{fill:#8a5a00}.c34{fill:#0b63b0}.c90{fill:#b4bcc3}
@media (prefers-color-scheme:dark){.ground{fill:#12161a;stroke:#323a42}text{fill:#e4e8eb}.c31{fill:#ff8f85}.c32{fill:#74c98a}.c33{fill:#e9b44c}.c34{fill:#7db8f2}.c90{fill:#47515b}}
</style>
<rect class="ground" x=".5" y=".5" width="%.0f" height="%.0f" rx="8"/>
`, width, height, width-1, height-1)
	for row, line := range lines {
		y := margin + cellHeight*float64(row) + 14
		for col := 0; col < len(line); {
			n := col + 1
			for n < len(line) && line[n].ink == line[col].ink {
				n++
			}
			stretch(&b, line[col:n], margin+cellWidth*float64(col), y)
			col = n
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func stretch(b *strings.Builder, cells []cell, x, y float64) {
	var text strings.Builder
	for _, c := range cells {
		text.WriteRune(c.r)
	}
	if strings.TrimSpace(text.String()) == "" {
		return
	}
	class := ""
	if ink := cells[0].ink; ink != "" {
		class = fmt.Sprintf(` class="c%s"`, ink)
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s xml:space="preserve">%s</text>`+"\n",
		x, y, cellWidth*float64(len(cells)), class, escaped.Replace(text.String()))
}
