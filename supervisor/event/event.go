package event

import "time"

// Kind names what happened.
type Kind string

// The kinds of events.
const (
	FunctionDeployed   Kind = "function_deployed"
	FunctionStopped    Kind = "function_stopped" // Err says why, nil when it was stopped in order
	RunStarted         Kind = "run_started"
	RunEnded           Kind = "run_ended"       // Err says why, nil when every input was settled
	JournalOpened      Kind = "journal_opened"  // Text says what of the run is restored, or why nothing is; Count inputs of a slice are
	Paused             Kind = "paused"          // a run, or a function with all its runs: no attempt begins
	Resumed            Kind = "resumed"         // attempts begin again
	ThrottleClosed     Kind = "throttle_closed" // after Err, by which everybody is to wait: no attempt begins until Next
	ThrottleOpened     Kind = "throttle_opened" // attempts begin again
	LimitChanged       Kind = "limit_changed"   // Adaptive lets Count attempts be under way; at most once a second
	ContainerStarted   Kind = "container_started"
	ContainerReady     Kind = "container_ready"
	ContainerCrashed   Kind = "container_crashed"   // Err is the *CrashError, Next the next start
	ContainerStopped   Kind = "container_stopped"   // in order
	ContainerPrinted   Kind = "container_printed"   // a line of a process, in Text
	ExitFailed         Kind = "exit_failed"         // the exit of a container that was entered; Err says how
	ContainerAbandoned Kind = "container_abandoned" // it ignored its cancelled context
	CrashLoopOpened    Kind = "crash_loop_opened"   // deployed: starts are slowed from now on, the next is at Next
	CrashLoopClosed    Kind = "crash_loop_closed"   // deployed: starts are free again
	Cutoff             Kind = "cutoff"              // ephemeral: the pool gives up; Err is the *CutoffError
	InputRetried       Kind = "input_retried"       // after Err, at Next; at once and free where it was an error of its whole batch
	InputRerun         Kind = "input_rerun"         // after the crash Err, or elsewhere at no charge: Err says why, and Machine where it was
	InputHedged        Kind = "input_hedged"        // Attempt of it begins beside the one before, which is slow
	InputFailed        Kind = "input_failed"        // for good, with Err, by itself and not by the end of the run
	InputCancelled     Kind = "input_cancelled"     // a call, withdrawn by its caller: Err is the cause
	MachineJoined      Kind = "machine_joined"      // Machine may have containers from now on, Count of them
	MachineDraining    Kind = "machine_draining"    // Machine takes none any more, and is about to go
	MachineLeft        Kind = "machine_left"        // Machine is gone, in order
	MachineLost        Kind = "machine_lost"        // Machine was given up with all that was out there; Err says why
	AttemptsEnded      Kind = "attempts_ended"      // of Count inputs, consecutive ones from Input on
	ObserverFailed     Kind = "observer_failed"     // another observer: Err is its first *ObserverError
)

// kinds is all of them.
var kinds = [...]Kind{
	FunctionDeployed, FunctionStopped, RunStarted, RunEnded, JournalOpened, Paused, Resumed, ThrottleClosed, ThrottleOpened, LimitChanged,
	ContainerStarted, ContainerReady, ContainerCrashed, ContainerStopped, ContainerPrinted, ExitFailed, ContainerAbandoned,
	CrashLoopOpened, CrashLoopClosed, Cutoff,
	InputRetried, InputRerun, InputHedged, InputFailed, InputCancelled,
	MachineJoined, MachineDraining, MachineLeft, MachineLost, AttemptsEnded, ObserverFailed,
}

// bulk reports events that come in numbers, and are the first to be dropped.
func (k Kind) bulk() bool { return k == AttemptsEnded || k == ContainerPrinted }

// ends reports an end that an observer is told of however slow it is, and last reports the few of them
// after which nothing comes of what has ended.
func (k Kind) ends() bool {
	switch k {
	case ContainerCrashed, ContainerStopped, ContainerAbandoned, ExitFailed:
		return true
	}
	return k.last()
}

func (k Kind) last() bool {
	switch k {
	case RunEnded, FunctionStopped, Cutoff, CrashLoopOpened, CrashLoopClosed, ObserverFailed:
		return true
	}
	return false
}

// NoInput is the Input of an event, or of a crash, that is about no input.
const NoInput = -1

// Event is one thing that happened to a pool, as a plain value. As JSON it is an object
// with the fields that say something; see [Event.MarshalJSON]. What becomes of an input is told
// before the crash that it was in, which on a function may even come after the end of its run.
type Event struct {
	Time      time.Time
	Kind      Kind
	Function  string    // its name
	Pool      uint64    // number of the deployed function, or of the run of its own, in this process
	Run       uint64    // number of the run that it is about; Pool where that is a run of its own or the calls of a function
	Container int       // -1 where no container is meant
	Lineage   int       // -1 likewise
	Input     int       // NoInput where no input is meant
	Attempt   int       // of the input, in events about one
	Crashes   int       // in a row, of the lineage
	Machine   string    // which it is about, or where the container is; empty: this one
	Key       string    // of the inputs that it is about, in events of a throttle; empty: all
	Next      time.Time // of the next start or attempt; zero when at once, or when there is none
	Err       error

	// Of AttemptsEnded, and Count of others. Inputs that are cheaper than a clock reading are told of together: a
	// container executes some 30 µs of them in a row. Of no-ops, several rows of 1024 are, and
	// others may have taken some in between.
	Count  int           // inputs; of a JournalOpened, those restored
	Failed int           // of them, those whose attempt returned an error; at the end of a run, inputs that have failed for good
	Took   time.Duration // an attempt, on average

	Value   any     // the input itself, where it was retried, re-run or has failed; it may be secret, and is not in the JSON
	Text    string  // the line of a ContainerPrinted; of a CrashLoopOpened, which rule speaks; of a JournalOpened, what it had
	Stream  string  // where it was printed: stdout or stderr
	Outcome Outcome // of RunEnded and FunctionStopped; Input is the one at which a run has failed
	Dropped int64   // events that this observer has lost so far
}
