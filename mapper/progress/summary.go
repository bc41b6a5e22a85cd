package progress

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// report is what a summary says.
type report struct {
	state
	over     bool
	outcome  supervisor.Outcome // empty where it is not over
	at       int                // the input at which it has failed
	crashed  int                // containers; -1 where they are those of a function, not of the run
	err      error
	dropped  int64
	failures groups
	crashes  groups

	timed         bool // attempts were
	p50, p95, p99 time.Duration
	slowest       time.Duration
	input         int // that took it
}

// groups is failures by cause.
type groups struct {
	list   []cause.Group
	others int // in no group
}

func groupsOf(g *cause.Groups) groups {
	_, others := g.Total()
	return groups{g.All(), others}
}

// summary is what came of the run, for a screen.
func (w *watched) summary(now time.Time) string {
	r := report{state: w.ask(now), crashed: -1, failures: groupsOf(&w.failures), crashes: groupsOf(&w.crashes)}
	if w.about.Parent == 0 {
		r.crashed = w.view.Pool().Crashes
	} else {
		r.counts.TimedOut = 0 // those of all runs of the function
	}
	r.outcome = mapper.OutcomeOf(w.view)
	r.over = r.outcome != ""
	w.noted(&r)
	return r.String()
}

// noted fills in what was told.
func (w *watched) noted(r *report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.err, r.at, r.dropped = w.err, w.at, w.dropped
	if w.attempts != nil {
		r.timed, r.slowest, r.input = true, w.slowest, w.input
		quantile := func(q float64) time.Duration {
			return min(time.Duration(w.attempts.ValueAtQuantile(q)), w.slowest) // the histogram rounds up
		}
		r.p50, r.p95, r.p99 = quantile(50), quantile(95), quantile(99)
	}
}

// shownGroups is how many causes a summary lists. Who has more looks at a dashboard.
const shownGroups = 10

// String is a line, and further ones where there is something to say. It is empty for a function that
// has done nothing by itself: its runs have summaries of their own.
func (r report) String() string {
	if r.function && r.settled() == 0 && r.crashed == 0 && r.err == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s in %s", strings.TrimSpace(r.name+" "+r.outcome.Say(r.counts.Failed, r.at)), strings.Join(r.numbers(), ", "), tookText(r.elapsed))
	if r.timed {
		fmt.Fprintf(&b, "; p50 %s, p95 %s, p99 %s, slowest %s",
			tookText(r.p50), tookText(r.p95), tookText(r.p99), tookText(r.slowest))
		if r.input >= 0 {
			fmt.Fprintf(&b, " (input %d)", r.input)
		}
	}
	b.WriteByte('\n')
	switch {
	case r.err != nil:
		fmt.Fprintf(&b, "  ended early: %s\n", cause.Clean(show.Error(r.err, 0), 300))
	case !r.over:
		b.WriteString("  not at its end yet\n")
	}
	failures := r.failures.without(r.crashes)
	failures.print(&b, "failed", groups{})
	r.crashes.print(&b, "crashed", r.failures)
	if r.dropped > 0 {
		fmt.Fprintf(&b, "  %d %s dropped: times and causes are not complete\n", r.dropped, amount.Word(int(r.dropped), "event was", "events were"))
	}
	return b.String()
}

// numbers is what is not 0.
func (r report) numbers() []string {
	c := r.counts
	list := []string{fmt.Sprintf("%d ok", c.Succeeded)}
	add := func(n int, word string) {
		if n > 0 {
			list = append(list, fmt.Sprintf("%d %s", n, word))
		}
	}
	if c.Restored > 0 {
		list = append(list, fmt.Sprintf("%d of %d restored", c.Restored, r.settled()))
	}
	add(c.Failed, "failed"+r.failures.causes(c.Failed))
	add(c.Cancelled, "cancelled")
	add(c.TimedOut, amount.Word(c.TimedOut, "attempt", "attempts")+" timed out")
	add(c.Retries, amount.Word(c.Retries, "retry", "retries"))
	add(r.crashed, amount.Word(r.crashed, "crash", "crashes"))
	add(c.Throttled, amount.Word(c.Throttled, "attempt", "attempts")+" refused by the other side")
	add(c.Hedges, amount.Word(c.Hedges, "hedge", "hedges"))
	add(c.Reruns, amount.Word(c.Reruns, "re-run", "re-runs"))
	add(c.Damaged, "damaged in the journal")
	add(c.Unrecorded, "not recorded")
	deaths := amount.Word(c.Deaths, "a death", "deaths") + " of the process"
	add(c.Suspected, "suspected of "+deaths)
	add(c.Convicted, "convicted of "+deaths)
	return list
}

// causes is how many there are, where that says anything.
func (g groups) causes(of int) string {
	switch {
	case of < 2 || len(g.list) == 0:
		return ""
	case g.others > 0:
		return fmt.Sprintf(" (more than %d causes)", len(g.list))
	default:
		return fmt.Sprintf(" (%s)", amount.Plain(len(g.list), "cause", "causes"))
	}
}

// without is the groups that are not among others: an input that fails with its crash is told of with the crash.
func (g groups) without(others groups) groups {
	g.list = slices.DeleteFunc(slices.Clone(g.list), func(one cause.Group) bool { return others.of(one.Key) != nil })
	return g
}

func (g groups) of(key string) *cause.Group {
	i := slices.IndexFunc(g.list, func(one cause.Group) bool { return one.Key == key })
	if i < 0 {
		return nil
	}
	return &g.list[i]
}

// print lists causes, with the inputs that were lost to them.
func (g groups) print(b *strings.Builder, what string, lost groups) {
	rest := g.others
	for i, group := range g.list {
		if i >= shownGroups {
			rest += group.Count
			continue
		}
		also := ""
		if l := lost.of(group.Key); l != nil {
			also = fmt.Sprintf(", %d failed", l.Count)
		}
		fmt.Fprintf(b, "  %d %s%s: %s\n", group.Count, what, also, groupText(group))
	}
	if rest > 0 {
		fmt.Fprintf(b, "  %d %s of other causes\n", rest, what)
	}
}

// groupText is a cause and where it was seen. What happened once is told as it was said.
func groupText(g cause.Group) string {
	text := g.Title
	if g.Count == 1 && g.Type != "panic" {
		text = cause.Clean(g.Example, 200)
	}
	if g.Type != "" && !strings.HasPrefix(text, g.Type) {
		text = g.Type + ": " + text
	}
	if g.Frame != "" {
		text += " in " + g.Frame
	}
	var inputs []string
	for _, s := range g.Samples {
		if s.Input >= 0 {
			inputs = append(inputs, strconv.Itoa(s.Input))
		}
	}
	if len(inputs) == 0 {
		return text
	}
	more := ""
	if g.Count > len(inputs) {
		more = ", …"
	}
	return fmt.Sprintf("%s (%s %s%s)", text, amount.Word(len(inputs), "input", "inputs"), strings.Join(inputs, ", "), more)
}
