package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// tally is what came of all commands.
type tally struct {
	began      time.Time
	ok, failed int
	log        strings.Builder // a line for each that has failed
}

// show prints the output of a command in one piece, and what became of it.
func (t *tally) show(r mapper.Result[string, done], out io.Writer) {
	fmt.Fprintf(out, "[%d] %s\n", r.Index+1, r.Input)
	if r.Err == nil {
		t.ok++
		indent(out, r.Value.output)
		fmt.Fprintf(out, "    ok%s, %v\n", attempts(r.Attempts), r.Value.took.Round(10*time.Millisecond))
		return
	}
	t.failed++
	what := r.Err.Error()
	if exit, ok := errors.AsType[*exitError](r.Err); ok {
		indent(out, exit.output)
	} else if timeout, ok := errors.AsType[*mapper.TimeoutError](r.Err); ok {
		what = fmt.Sprintf("killed after %v", timeout.Timeout)
	}
	fmt.Fprintf(out, "    %s%s\n", what, attempts(r.Attempts))
	fmt.Fprintf(&t.log, "  %-20s %s\n", what, r.Input)
}

// end prints the numbers and what has failed.
func (t *tally) end(out io.Writer) {
	fmt.Fprintf(out, "%d ok, %d failed, %v\n%s", t.ok, t.failed, time.Since(t.began).Round(10*time.Millisecond), t.log.String())
}

func attempts(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" (%d attempts)", n)
}

func indent(out io.Writer, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(out, "    | %s\n", strings.TrimSuffix(line, "\n"))
	}
}
