package progress

import (
	"io"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// NewTerminal returns bars on an output that is no terminal as if it were one of that width.
func NewTerminal(out io.Writer, width int, opts Options) *Bars {
	b := New(out, opts)
	b.every = refresh(opts)
	b.open = func() screen {
		return newTerminal(b.out, func() (int, int) { return width, 24 }, colourful(opts))
	}
	return b
}

// State is what a line is drawn of.
type State struct {
	Name      string
	Counts    mapper.Counts
	Rate      float64
	Looping   bool
	Waiting   int
	NextStart time.Duration
	Cause     string
}

func (s State) inside() state {
	return state{
		name: nameOf(mapper.About{Name: s.Name}), counts: s.Counts, rate: s.Rate,
		looping: s.Looping, waiting: s.Waiting, nextStart: s.NextStart, cause: s.Cause,
	}
}

// Line is what is drawn in so many cells; with 0, where there is no terminal.
func (s State) Line(width int, colours bool) string {
	if width == 0 {
		return line(s.inside())
	}
	return block([]state{s.inside()}, width, 1, colours)[0]
}

// Block is what is drawn of several.
func Block(all []State, width, rows int, colours bool) []string {
	states := make([]state, len(all))
	for i, s := range all {
		states[i] = s.inside()
	}
	return block(states, width, rows, colours)
}

// Report is what a summary is made of.
type Report struct {
	State
	Function bool
	Elapsed  time.Duration
	Running  bool
	Outcome  supervisor.Outcome
	Crashed  int
	Err      error
	Dropped  int64
	Failures *cause.Groups
	Crashes  *cause.Groups
	Times    []time.Duration // p50, p95, p99, slowest
	Input    int
}

func (r Report) String() string {
	in := report{
		state: r.inside(), over: !r.Running, crashed: r.Crashed, err: r.Err, dropped: r.Dropped, input: r.Input,
	}
	in.outcome, in.at = r.Outcome, supervisor.NoInput
	in.function, in.elapsed = r.Function, r.Elapsed
	if r.Failures != nil {
		in.failures = groupsOf(r.Failures)
	}
	if r.Crashes != nil {
		in.crashes = groupsOf(r.Crashes)
	}
	if r.Times != nil {
		in.timed, in.p50, in.p95, in.p99, in.slowest = true, r.Times[0], r.Times[1], r.Times[2], r.Times[3]
	}
	return in.String()
}

// Pace is a rate of late.
type Pace struct{ p pace }

func (p *Pace) Add(now time.Time, counted int) float64 {
	p.p.add(now, counted)
	return p.p.perSecond()
}

var (
	RateText = rateText
	SpanText = spanText
	TookText = tookText
	Left     = left
)

// Cells is how wide text is.
func Cells(text string) int { return (&runewidth.Condition{}).StringWidth(text) }
