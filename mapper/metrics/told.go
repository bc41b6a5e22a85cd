package metrics

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/supervisor"
)

// told is what a function's events have told.
type told struct {
	took, started     Distribution
	succeeded, failed int
	loops             int // crash loops
	crashes           map[ending]int
}

// ending is how a container crashed.
type ending struct{ phase, cause string }

// maxEndings is how many of them a runtime may make up.
const maxEndings = 64

func (t *told) attempts(ev supervisor.Event) {
	t.took.add(ev.Took.Seconds(), ev.Count)
	t.failed += ev.Failed
	t.succeeded += ev.Count - ev.Failed
}

func (t *told) crash(end ending) {
	if t.crashes == nil {
		t.crashes = map[ending]int{}
	}
	if _, known := t.crashes[end]; !known && len(t.crashes) >= maxEndings {
		end = ending{other, other}
	}
	t.crashes[end]++
}

// Ending says in two words how a container crashed: what it did, which is a supervisor.Phase,
// and what ended it, in the words of its runtime or, of a goroutine, panic, goexit or error. For
// an error that is not of a crash, both are other.
func Ending(err error) (phase, cause string) {
	crash, ok := guard.As[*supervisor.CrashError](err)
	switch {
	case !ok:
		return other, other
	case crash.Kind != "":
		cause = crash.Kind
	case crash.Goexit:
		cause = "goexit"
	case crash.Panic != nil:
		cause = "panic"
	default:
		cause = "error"
	}
	return clean(string(crash.Phase)), clean(cause)
}

func (t *told) copy() told {
	c := *t
	c.took.Counts, c.started.Counts = slices.Clone(t.took.Counts), slices.Clone(t.started.Counts)
	c.crashes = maps.Clone(t.crashes)
	return c
}

// What is measured one by one.
const (
	attemptDuration = "longshore.attempt.duration"
	startDuration   = "longshore.container.start_duration"
)

// toldBy is the families of what events have told.
func toldBy(functions []function) []Family {
	families := [...]Family{
		{
			Name: "longshore_attempt_duration_seconds", Instrument: attemptDuration, Unit: "s", Type: Histogram,
			Help: "Time that attempts took, but those that ended with their container. From events.",
		}, {
			Name: "longshore_attempts_total", Instrument: "longshore.attempt.successes", Unit: "{attempt}", Type: Counter,
			Help:  "Attempts, but those that ended with their container. From events.",
			Fixed: Label{"outcome", "succeeded"},
		}, {
			Name: "longshore_attempts_total", Instrument: "longshore.attempt.failures", Unit: "{attempt}", Type: Counter,
			Help:  "Attempts, but those that ended with their container. From events.",
			Fixed: Label{"outcome", "failed"},
		}, {
			Name: "longshore_container_start_duration_seconds", Instrument: startDuration, Unit: "s", Type: Histogram,
			Help: "Time from the start of a container until it was ready. From events.",
		}, {
			Name: "longshore_crash_loops_total", Instrument: "longshore.function.crash_loops", Unit: "{crash_loop}", Type: Counter,
			Help: "Crash loops that have begun. From events.",
		}, {
			Name: "longshore_crash_events_total", Instrument: "longshore.crash.events", Unit: "{crash}", Type: Counter,
			Help: "Crashes by what the container did, and what ended it. From events.",
		},
	}
	for i := range families {
		families[i].Labels = []string{"function"}
	}
	crashes := &families[len(families)-1]
	crashes.Labels = []string{"cause", "function", "phase"}
	for _, f := range functions {
		name := []string{f.name}
		for i, s := range [...]Sample{
			{Distribution: f.told.took},
			{Value: float64(f.told.succeeded)},
			{Value: float64(f.told.failed)},
			{Distribution: f.told.started},
			{Value: float64(f.told.loops)},
		} {
			s.Labels = name
			families[i].Samples = append(families[i].Samples, s)
		}
		for _, end := range slices.SortedFunc(maps.Keys(f.told.crashes), ending.compare) {
			labels := []string{end.cause, f.name, end.phase}
			crashes.Samples = append(crashes.Samples, Sample{Labels: labels, Value: float64(f.told.crashes[end])})
		}
	}
	return families[:]
}

func (e ending) compare(other ending) int {
	return cmp.Or(strings.Compare(e.phase, other.phase), strings.Compare(e.cause, other.cause))
}
