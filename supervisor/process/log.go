package process

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/internal/console"
	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
)

const (
	lineQueue = 1024                   // lines that a log may lag behind
	logTime   = 100 * time.Millisecond // for Options.Log to catch up at the end
	stuckTime = time.Second            // a stderr that has taken nothing for so long takes nothing
)

// lineLog gives the lines of a worker to Options.Log, or to our own stderr. Options.Log never delays a worker: lines
// that it is too slow for are dropped and counted. Our stderr is what a function in this process would
// print to, and wait for: so does the worker, as long as anything is taken there.
type lineLog struct {
	lines   chan Line
	logged  chan struct{} // closed when all lines are logged
	line    Line          // without its text
	stderr  bool
	told    sync.Once    // that Options.Log has failed
	taken   atomic.Int64 // lines
	stuck   atomic.Bool  // stderr takes nothing
	lost    atomic.Int64 // lines that stderr is yet to be told of
	dropped *atomic.Int64
}

func (l *lineLog) start(log func(Line), line Line, dropped *atomic.Int64) {
	l.lines, l.logged = make(chan Line, lineQueue), make(chan struct{})
	l.line, l.dropped, l.stderr = line, dropped, log == nil
	if log == nil {
		log = l.print
	} else {
		log = l.guarded(log)
	}
	go l.run(log)
}

// guarded is a log that may panic, or leave its goroutine: the line is dropped then, and the first time it is said on stderr.
func (l *lineLog) guarded(log func(Line)) func(Line) {
	return func(line Line) {
		_, failure := guard.Within(math.MaxInt64, "Log", func() struct{} { log(line); return struct{}{} })
		if failure == nil {
			return
		}
		l.dropped.Add(1)
		l.told.Do(func() {
			text := "process.Options.Log " + show.Did(failure)
			if failure.Panic != nil {
				text += "\n" + string(failure.Panic.Stack)
			}
			line.Text = text
			l.print(line)
		})
	}
}

func (l *lineLog) run(log func(Line)) {
	defer close(l.logged)
	for line := range l.lines {
		log(line)
		l.taken.Add(1)
		l.stuck.Store(false)
		l.tell()
	}
	l.tell()
}

// print is the log of a program that has none.
func (l *lineLog) print(line Line) {
	fmt.Fprintf(console.Writer(), "[%s %d] %s\n", line.Function, line.Container, line.Text)
}

// tell says on stderr what was lost there.
func (l *lineLog) tell() {
	if !l.stderr {
		return
	}
	if lost := l.lost.Swap(0); lost > 0 {
		l.print(Line{Function: l.line.Function, Container: l.line.Container, Text: fmt.Sprintf("(%s lost here: stderr took none for %v)", amount.Plain(lost, "line", "lines"), stuckTime)})
	}
}

// put takes a line of a stream.
func (l *lineLog) put(stream, text string) {
	line := l.line
	line.Stream, line.Text = stream, text
	select {
	case l.lines <- line:
	default:
		if !l.stderr || !l.wait(line) {
			l.dropped.Add(1)
			l.lost.Add(1)
		}
	}
}

// wait waits for room for a line. It gives up when nothing has been taken for a while, and at once until then.
func (l *lineLog) wait(line Line) bool {
	if l.stuck.Load() {
		return false
	}
	tick := time.NewTicker(stuckTime)
	defer tick.Stop()
	for taken := l.taken.Load(); ; {
		select {
		case l.lines <- line:
			return true
		case <-tick.C:
		}
		now := l.taken.Load()
		if now == taken {
			l.stuck.Store(true)
			return false
		}
		taken = now
	}
}

// end waits until all is logged, but not for a log that takes nothing any more: it goes on by itself.
func (l *lineLog) end() {
	close(l.lines)
	patience := logTime
	if l.stderr {
		patience = stuckTime
	}
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for taken := l.taken.Load(); ; {
		select {
		case <-l.logged:
			return
		case <-tick.C:
		}
		now := l.taken.Load()
		if now == taken || !l.stderr {
			return
		}
		taken = now
	}
}
