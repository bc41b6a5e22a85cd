package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// journal writes what happens as it happens, with the time since the start.
type journal struct {
	began time.Time

	mu sync.Mutex // events come from one goroutine, the end of the fault from another
	w  io.Writer
}

func newJournal(w io.Writer) *journal { return &journal{began: time.Now(), w: w} }

func (j *journal) say(format string, args ...any) { j.at(time.Now(), format, args...) }

func (j *journal) at(t time.Time, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(j.w, "%6.2fs  %s\n", t.Sub(j.began).Seconds(), fmt.Sprintf(format, args...))
}

// print writes v without a time.
func (j *journal) print(v fmt.Stringer) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprint(j.w, v)
}

// Observe is told what happens. It may take its time: the work does not wait for it.
func (j *journal) Observe(e supervisor.Event) {
	switch e.Kind {
	case supervisor.ContainerStarted:
		j.at(e.Time, "container %d starts (lineage %d)", e.Container, e.Lineage)
	case supervisor.ContainerCrashed:
		restart := "" // at once, or never: the next line says
		if !e.Next.IsZero() {
			// The lineage's own delay; a crash loop may hold it back for longer.
			restart = "; restart in " + e.Next.Sub(e.Time).Round(10*time.Millisecond).String() + " at the earliest"
		}
		j.at(e.Time, "container %d crashed (lineage %d, %d in a row) on input %d%s",
			e.Container, e.Lineage, e.Crashes, e.Input, restart)
	case supervisor.CrashLoopOpened:
		j.at(e.Time, "crash loop: %s; from now on, one container and one input at a time", e.Text)
	case supervisor.CrashLoopClosed:
		j.at(e.Time, "the crash loop is over: containers start freely again")
	case supervisor.Cutoff:
		j.at(e.Time, "cutoff: crashes outweigh progress")
	case supervisor.RunEnded:
		j.at(e.Time, "the run has ended")
	}
}
