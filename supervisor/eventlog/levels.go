package eventlog

import (
	"log/slog"

	"github.com/longshore-go/longshore/supervisor"
)

// levels is what is said of each kind of event, and how loud. What goes wrong by itself is
// a warning; what stops or slows everything is an error; what is routine in a run that works
// is for debugging.
var levels = map[supervisor.Kind]struct {
	level   slog.Level
	message string
}{
	supervisor.FunctionDeployed:   {slog.LevelInfo, "function deployed"},
	supervisor.FunctionStopped:    {slog.LevelInfo, "function stopped"},
	supervisor.RunStarted:         {slog.LevelDebug, "run started"},
	supervisor.RunEnded:           {slog.LevelInfo, "run ended"},
	supervisor.JournalOpened:      {slog.LevelInfo, "journal opened"},
	supervisor.Paused:             {slog.LevelInfo, "paused"},
	supervisor.Resumed:            {slog.LevelInfo, "resumed"},
	supervisor.ThrottleClosed:     {slog.LevelInfo, "throttled: nothing begins until then"},
	supervisor.ThrottleOpened:     {slog.LevelInfo, "throttle is open"},
	supervisor.LimitChanged:       {slog.LevelDebug, "another number of attempts"},
	supervisor.ContainerStarted:   {slog.LevelDebug, "container started"},
	supervisor.ContainerReady:     {slog.LevelDebug, "container ready"},
	supervisor.ContainerStopped:   {slog.LevelDebug, "container stopped"},
	supervisor.ContainerCrashed:   {slog.LevelWarn, "container crashed"},
	supervisor.ContainerPrinted:   {slog.LevelInfo, "container printed"},
	supervisor.ContainerAbandoned: {slog.LevelWarn, "container abandoned: it ignores that its context has ended"},
	supervisor.ExitFailed:         {slog.LevelWarn, "exit of a container failed"},
	supervisor.CrashLoopOpened:    {slog.LevelError, "crash loop: starts are slowed"},
	supervisor.CrashLoopClosed:    {slog.LevelInfo, "crash loop is over"},
	supervisor.Cutoff:             {slog.LevelError, "gave up: crashes outweigh progress"},
	supervisor.InputRetried:       {slog.LevelDebug, "input retried"},
	supervisor.InputRerun:         {slog.LevelDebug, "input re-run"},
	supervisor.InputHedged:        {slog.LevelDebug, "input hedged"},
	supervisor.InputFailed:        {slog.LevelWarn, "input failed for good"},
	supervisor.InputCancelled:     {slog.LevelDebug, "call withdrawn"},
	supervisor.MachineJoined:      {slog.LevelInfo, "machine joined"},
	supervisor.MachineDraining:    {slog.LevelInfo, "machine drains"},
	supervisor.MachineLeft:        {slog.LevelInfo, "machine left"},
	supervisor.MachineLost:        {slog.LevelWarn, "machine lost"},
	supervisor.ObserverFailed:     {slog.LevelError, "an observer failed: it loses events"},
}

// describe returns no message for an event that is not logged. How loud an end is goes by its outcome:
// inputs that have failed are worth a warning also where all were settled.
func describe(ev supervisor.Event) (slog.Level, string) {
	l := levels[ev.Kind]
	if ev.Kind != supervisor.RunEnded && ev.Kind != supervisor.FunctionStopped {
		return l.level, l.message
	}
	switch {
	case ev.Err != nil:
		return slog.LevelWarn, l.message + " early"
	case ev.Outcome == supervisor.WithFailures:
		return slog.LevelWarn, l.message
	}
	return l.level, l.message
}
