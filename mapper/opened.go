package mapper

import (
	"fmt"
	"strings"

	"github.com/longshore-go/longshore/internal/amount"
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
	add := func(n int, one, many string) {
		if n > 0 {
			fmt.Fprintf(&b, "; %s", amount.Plain(n, one, many))
		}
	}
	if knew > 0 {
		add(p.Rows-p.Strays-knew, "recorded as failed runs again", "recorded as failed run again")
		add(p.Strays, "recorded is no input of this run", "recorded are no inputs of this run")
	}
	if p.Adopted {
		fmt.Fprintf(&b, "; Version %q is adopted", p.Before)
	}
	add(p.Foreign, "message in it is damaged, or none of its own", "messages in it are damaged, or none of its own")
	add(d.Process, "death of the process", "deaths of the process")
	add(d.Suspects, "input suspected of that executes alone", "inputs suspected of that execute alone")
	add(d.Convicted, "input convicted of that does not execute", "inputs convicted of that do not execute")
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
		return fmt.Sprintf("%s recorded, and skipped (FreshOnly)", knewOf(knew, of))
	case knew > 0:
		return fmt.Sprintf("%s restored", knewOf(knew, of))
	case p.Strays == p.Rows:
		return fmt.Sprintf("nothing is restored: no input has the key of %s recorded", amount.Word(p.Rows, "the one", fmt.Sprintf("any of the %d", p.Rows)))
	default:
		return fmt.Sprintf("nothing is restored: the %d recorded %s again", p.Rows-p.Strays,
			amount.Word(p.Rows-p.Strays, "has not succeeded, and runs", "have not succeeded, and run"))
	}
}

func knewOf(knew, of int) string {
	return fmt.Sprintf("%d of %s %s", knew, inputs(of), amount.Word(knew, "is", "are"))
}
