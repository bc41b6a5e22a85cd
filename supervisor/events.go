package supervisor

import (
	"iter"

	"github.com/longshore-go/longshore/supervisor/event"
)

// What pools tell is in package event. The names by which most programs know it are here.
type (
	// Event is one thing that happened to a pool, as a plain value.
	Event = event.Event
	// Kind names what happened.
	Kind = event.Kind
	// Observer is told what happens, one event at a time, and never delays the work.
	Observer = event.Observer
	// Selective is an [Observer] that wants some kinds of events.
	Selective = event.Selective
	// ObserverFunc is a function as an [Observer].
	ObserverFunc = event.ObserverFunc
	// Observers is several observers.
	Observers = event.Observers
	// Events passes the events of a pool to its observers.
	Events = event.Events
	// Outcome is what came of a run or a deployed function.
	Outcome = event.Outcome
	// ErrorJSON is an error as it is written to JSON.
	ErrorJSON = event.ErrorJSON
	// CrashJSON is a [CrashError] as it is written to JSON.
	CrashJSON = event.CrashJSON
	// Phase says what a container was doing when it crashed.
	Phase = event.Phase
)

// The kinds of events, see package event.
const (
	FunctionDeployed   = event.FunctionDeployed
	FunctionStopped    = event.FunctionStopped
	RunStarted         = event.RunStarted
	RunEnded           = event.RunEnded
	JournalOpened      = event.JournalOpened
	Paused             = event.Paused
	Resumed            = event.Resumed
	ThrottleClosed     = event.ThrottleClosed
	ThrottleOpened     = event.ThrottleOpened
	LimitChanged       = event.LimitChanged
	ContainerStarted   = event.ContainerStarted
	ContainerReady     = event.ContainerReady
	ContainerCrashed   = event.ContainerCrashed
	ContainerStopped   = event.ContainerStopped
	ContainerPrinted   = event.ContainerPrinted
	ExitFailed         = event.ExitFailed
	ContainerAbandoned = event.ContainerAbandoned
	CrashLoopOpened    = event.CrashLoopOpened
	CrashLoopClosed    = event.CrashLoopClosed
	Cutoff             = event.Cutoff
	InputRetried       = event.InputRetried
	InputRerun         = event.InputRerun
	InputHedged        = event.InputHedged
	InputFailed        = event.InputFailed
	InputCancelled     = event.InputCancelled
	MachineJoined      = event.MachineJoined
	MachineDraining    = event.MachineDraining
	MachineLeft        = event.MachineLeft
	MachineLost        = event.MachineLost
	AttemptsEnded      = event.AttemptsEnded
	ObserverFailed     = event.ObserverFailed
)

// The outcomes, see package event.
const (
	Completed     = event.Completed
	WithFailures  = event.WithFailures
	CutOff        = event.CutOff
	Cancelled     = event.Cancelled
	WasStopped    = event.Stopped
	FailedAtInput = event.FailedAtInput
	SourceFailed  = event.SourceFailed
)

// NoInput is the Input of a crash that no input is to blame for.
const NoInput = event.NoInput

// NewEvents starts the passing of a pool's events, see [event.NewEvents].
func NewEvents(observer Observer, pool uint64, function string, containers int) *Events {
	return event.NewEvents(observer, pool, function, containers)
}

// Each yields the observers that o consists of, none for nil.
func Each(o Observer) iter.Seq[Observer] { return event.Each(o) }

// Outcomes is all of them.
func Outcomes() []Outcome { return event.Outcomes() }

// ErrorOf is err as JSON has it, nil for nil.
func ErrorOf(err error) *ErrorJSON { return event.ErrorOf(err) }
