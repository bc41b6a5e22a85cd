// Package eventlog writes the events of runs and functions to a [slog.Logger], and never floods
// it: of equal causes there is one line an interval, with the count of those held back.
//
//	mapper.Options{Observer: eventlog.New(nil, eventlog.Options{})}
//
// What is logged at which level is one table, in levels.go. The attributes are function, run,
// container, input, outcome, attempt, crashes, next_in, crash_looping, cause and frame, where they say
// something; suppressed, the equal lines held back since the last one; dropped, the events lost; text
// and stream of a line that a process has printed. A crash is one short line: its stack and the tail of the
// process's stderr, 40 lines of each, are logged with Options.Stacks for the first crash of each cause, and at
// level Debug for each.
//
// Inputs are named by their index, and their values never logged. But a cause is what an error said or
// a panic's value is, a stack is the program's, and stderr whatever the process wrote: they may quote
// an input.
package eventlog

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// Options says what is logged. The zero value works.
type Options struct {
	// Interval between two lines of one cause. During a crash loop it doubles with each line, up to
	// an hour. Negative means that every event is logged. Zero means 10 s.
	Interval time.Duration

	// Stacks logs the stack of the first crash of each cause, and the tail of the process's stderr. False means that
	// only a logger at level Debug has them, of each crash.
	Stacks bool

	// Printed logs the lines that worker processes print, each of them, at level Info.
	// False means that they are not logged.
	Printed bool
}

const (
	defaultInterval = 10 * time.Second
	longestInterval = time.Hour
)

// Log is a [supervisor.Observer] that logs. It may be given to several runs and functions.
type Log struct {
	logger *slog.Logger
	opts   Options

	mu    sync.Mutex
	quiet quiet
	loops loops
}

// New returns an observer that logs to logger, or to slog.Default as it is at each event if logger
// is nil. It needs no closing.
func New(logger *slog.Logger, opts Options) *Log {
	opts.Interval = cmp.Or(opts.Interval, defaultInterval)
	return &Log{logger: logger, opts: opts, quiet: quiet{interval: opts.Interval}, loops: loops{}}
}

// Wants declines what comes in numbers: attempts, and printed lines without Options.Printed.
func (l *Log) Wants(kind supervisor.Kind) bool {
	switch kind {
	case supervisor.AttemptsEnded:
		return false
	case supervisor.ContainerPrinted:
		return l.opts.Printed
	default:
		return true
	}
}

// Observe logs the event, or counts it as held back. It is safe for concurrent use, and blocks as long as the logger
// does.
func (l *Log) Observe(ev supervisor.Event) {
	level, message := describe(ev)
	if message == "" {
		return // of a kind that is younger than this package
	}
	logger := cmp.Or(l.logger, slog.Default())
	ctx := context.Background()
	if !logger.Enabled(ctx, level) {
		l.skip(ev)
		return
	}
	why := cause.Of(ev.Err)
	if turn := l.turn(ev, why); turn.now {
		logger.LogAttrs(ctx, level, message, attrs(ev, why, turn, turn.first && l.opts.Stacks || logger.Enabled(ctx, slog.LevelDebug))...)
	}
}

// turn is whether an event is logged now, and what is then said besides.
type turn struct {
	now        bool
	first      bool // of its cause
	suppressed int  // lines held back since the last one
	looping    bool // the function is crash-looping
}

func (l *Log) turn(ev supervisor.Event, why cause.Cause) turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	loop := l.loops.follow(ev)
	switch ev.Kind {
	case supervisor.ContainerPrinted:
		return turn{now: true}
	case supervisor.CrashLoopClosed:
		// It is the other half of what was logged: without it a reader takes the loop for open.
		return turn{now: loop.told}
	}
	t := l.quiet.ask(key{ev.Kind, ev.Function, why.Key}, ev.Time, loop)
	switch ev.Kind {
	case supervisor.CrashLoopOpened:
		loop.told = t.now
	case supervisor.RunEnded, supervisor.FunctionStopped:
		if t.now {
			t.suppressed += l.quiet.drain(ev.Function)
		}
	}
	t.looping = loop.open
	return t
}

// skip notes an event that is not to be logged at all.
func (l *Log) skip(ev supervisor.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loops.follow(ev)
}
