package mapper

import (
	"fmt"
	"strings"

	"github.com/longshore-go/longshore/mapper/internal/durable"
	"github.com/longshore-go/longshore/supervisor"
)

// opened tells observers what the journal of the run had.
func (v *view) opened() {
	if v == nil || v.about.Options.Journal == nil {
		return
	}
	past, knew := v.e.Past()
	ev := v.event(supervisor.JournalOpened, nil)
	ev.Count, ev.Text = knew, saidOf(past, knew, v.e.Source().Total(), v.e.Journaled().Deaths)
	v.s.Events().Emit(ev)
}

// saidOf says what is restored of so many inputs, or why nothing is.
func saidOf(p durable.Past, knew, of int, d durable.Deaths) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Path, restores(p, knew, of))
	add := func(n int, format string) {
		if n > 0 {
			fmt.Fprintf(&b, format, n)
		}
	}
	if knew > 0 {
		add(p.Rows-p.Strays-knew, "; %d recorded as failed run again")
		add(p.Strays, "; %d recorded are no inputs of this run")
	}
	if p.Adopted {
		fmt.Fprintf(&b, "; Version %q is adopted", p.Before)
	}
	add(p.Foreign, "; %d messages in it are damaged, or none of its own")
	add(d.Process, "; deaths of the process: %d")
	add(d.Suspects, "; %d suspected of them execute alone")
	add(d.Convicted, "; %d convicted of them do not execute")
	return b.String()
}

func restores(p durable.Past, knew, of int) string {
	switch {
	case p.New:
		return "nothing is restored: the journal is new"
	case !p.Some:
		return "nothing is restored: the runs before have recorded nothing"
	case !p.Looked && p.Silent:
		return "what is recorded is skipped (FreshOnly), as its inputs come"
	case !p.Looked:
		return "what is recorded is restored as its inputs come"
	case knew > 0 && p.Silent:
		return fmt.Sprintf("%d of %d inputs are recorded, and skipped (FreshOnly)", knew, of)
	case knew > 0:
		return fmt.Sprintf("%d of %d inputs are restored", knew, of)
	case p.Strays == p.Rows:
		return fmt.Sprintf("nothing is restored: no input has the key of any of the %d recorded", p.Rows)
	default:
		return fmt.Sprintf("nothing is restored: the %d recorded have not succeeded, and run again", p.Rows-p.Strays)
	}
}
