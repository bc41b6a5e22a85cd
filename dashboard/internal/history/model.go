package history

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// What the pages and the JSON API show. Each is a value that nothing changes any more. The
// JSON names are those of version 1 of the API: fields may be added, and none changes its
// meaning or goes away.

// Overview is all functions and runs, those that live first, then the latest to end.
type Overview struct {
	Now     time.Time `json:"now"`
	Runs    []Run     `json:"runs"`
	Total   int       `json:"total"`   // that match the filter, of which Runs is a page
	Live    int       `json:"live"`    // of all
	Looping int       `json:"looping"` // crash-looping, of all
	Ended   int       `json:"ended"`   // of all that are kept
	Gone    int       `json:"gone"`    // that have ended and are not kept any more
}

// Status is what a run or a function is doing.
type Status string

// The statuses. A crash-looping function is live as well.
const (
	Running      Status = "running"
	CrashLooping Status = "crash_looping"
	Succeeded    Status = "succeeded" // every input was settled and none has failed
	Failed       Status = "failed"    // inputs have failed, or it ended for a reason: see Error
	Cancelled    Status = "cancelled" // ended by its caller: its context, or Stop
	Stopped      Status = "stopped"   // a function, in order
)

// Run is a run or a deployed function.
type Run struct {
	ID       uint64                `json:"id"`
	Parent   uint64                `json:"parent,omitempty"` // the function whose containers serve it
	Name     string                `json:"name"`
	Function bool                  `json:"function"`
	Status   Status                `json:"status"`
	Started  time.Time             `json:"started"`
	Ended    time.Time             `json:"ended,omitzero"`
	Error    *supervisor.ErrorJSON `json:"error,omitempty"` // why it ended early

	Counts   Counts        `json:"counts"`
	Rate     float64       `json:"rate"`                 // inputs settled a second, smoothed over some 10 s
	ETA      time.Duration `json:"eta_ns"`               // of a run with a known number of inputs; -1: nobody knows
	Loop     *Loop         `json:"crash_loop,omitempty"` // while it is crash-looping
	Limits   Limits        `json:"limits"`
	Pool     Pool          `json:"pool"`
	Settings Settings      `json:"settings"`
	Latency  Latency       `json:"latency"` // of all attempts so far

	Causes  []Cause  `json:"causes"`          // of failures and crashes, the most frequent first, at most 100
	Others  int      `json:"causes_not_kept"` // failures whose cause is not among them
	Crashes []Crash  `json:"crashes"`         // the latest first, at most 50
	Series  []Sample `json:"series"`          // one a second, at most 300
	Lost    int64    `json:"events_dropped"`  // events that did not get here: Counts are right all the same
	Blocked float64  `json:"reader_blocks"`   // share of the samples in which the reader held up the run: all that may be outstanding waited for it
}

// Counts is the inputs of a run, or the calls of a function, by state, and what happened to them.
type Counts struct {
	Inputs    int `json:"inputs"` // -1: not known
	Pending   int `json:"pending"`
	Running   int `json:"running"`
	Retrying  int `json:"retrying"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Cancelled int `json:"cancelled"`
	Retries   int `json:"retries"`
	Reruns    int `json:"reruns"`
	TimedOut  int `json:"timed_out"`
	Waiting   int `json:"waiting_for_reader"`
	Window    int `json:"outstanding_limit"` // 0: none
	Runs      int `json:"runs"`              // of a function, under way
	Release   int `json:"release"`
}

// Loop is a crash loop: which function, since when, how many crashes, by which rule, why, on which input, when
// the next start is, and what the policy will do.
type Loop struct {
	Since   time.Time `json:"since"`
	Crashes int       `json:"crashes"`       // since then
	Last    *Crash    `json:"last"`          // nil if it is not kept
	Next    time.Time `json:"next,omitzero"` // of the next start; zero: one is under way, or nobody waits for one
	Gate    string    `json:"gate"`          // open or ramp

	OfInputs bool   `json:"of_inputs"`    // inputs opened it, not start-ups
	Inputs   int    `json:"inputs_tried"` // different ones, since one last finished
	Rule     string `json:"rule"`         // in a sentence: which rule speaks

	Policy string `json:"policy"` // in a sentence: what will happen next
}

// Limits is how near crashes are to ending a run, or to opening a crash loop.
type Limits struct {
	StartDebt    int    `json:"start_debt"`
	StartLimit   int    `json:"start_limit"`
	AtStartLimit string `json:"at_start_limit"` // in a sentence: what happens at that limit

	Streak        int    `json:"streak"`
	StreakLimit   int    `json:"streak_limit"`
	Inputs        int    `json:"inputs_tried"` // of the streak: different ones, those that died together included
	Pauses        int    `json:"pauses"`       // in the streak
	Doubt         bool   `json:"doubt"`
	AtStreakLimit string `json:"at_streak_limit"` // in a sentence: what happens at that limit
}

// Pool is the containers in numbers.
type Pool struct {
	Wanted    int            `json:"wanted"`
	Live      int            `json:"live"`
	Starts    int            `json:"starts"`
	Crashes   int            `json:"crashes"`
	Abandoned int            `json:"abandoned"`
	Lingering int            `json:"lingering"`
	ByState   map[string]int `json:"by_state"` // of lineages: starting idle running stopping backing_off crashed stopped
}

// Settings is what the run was started with, in words, for a table: name and value.
type Settings []Setting

// Setting is one option that differs from its zero value, or a default that matters.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Latency is the durations of attempts.
type Latency struct {
	Attempts int64         `json:"attempts"`
	P50      time.Duration `json:"p50_ns"`
	P95      time.Duration `json:"p95_ns"`
	P99      time.Duration `json:"p99_ns"`
	Max      time.Duration `json:"max_ns"`
	Slowest  int           `json:"slowest_input"` // -1: none yet
}

// Sample is one second of a run.
type Sample struct {
	Time      time.Time     `json:"time"`
	Succeeded int           `json:"succeeded"` // inputs, within it
	Failed    int           `json:"failed"`
	Crashes   int           `json:"crashes"`
	Running   int           `json:"running"` // inputs, at its end
	Pending   int           `json:"pending"`
	Retrying  int           `json:"retrying"`
	P50       time.Duration `json:"p50_ns"` // of the attempts that ended within it; 0: none
	P95       time.Duration `json:"p95_ns"`
	P99       time.Duration `json:"p99_ns"`
}

// Cause is failures, or crashes, that say the same. Each failed attempt counts, and each
// crash once, whatever it did to inputs.
type Cause struct {
	Key     string    `json:"key"` // for filters
	Title   string    `json:"title"`
	Type    string    `json:"type"`
	Frame   string    `json:"frame,omitempty"` // where a panic was
	Count   int       `json:"count"`
	Crash   bool      `json:"crash"` // of a container
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Samples []int     `json:"samples"` // inputs, the latest first, at most 5

	Failed    int                   `json:"failed_inputs"` // inputs that have failed for good because of it
	Retryable int                   `json:"retryable"`     // of a function: those of them that can be retried, see Book.Retry
	Error     *supervisor.ErrorJSON `json:"error"`         // the latest, with its stack
}

// Crash is one crash of a container.
type Crash struct {
	Time      time.Time             `json:"time"`
	Container int                   `json:"container"`
	Lineage   int                   `json:"lineage"`
	Run       uint64                `json:"run,omitempty"`       // whose input that is; 0: not known
	Input     int                   `json:"input"`               // -1: none
	Described string                `json:"described,omitempty"` // the input, as the user's Describe has it
	InARow    int                   `json:"in_a_row"`
	Next      time.Time             `json:"next,omitzero"` // of the lineage's next start, as it was then
	Cause     string                `json:"cause"`         // the key of its Cause
	Error     *supervisor.ErrorJSON `json:"error"`

	broke *supervisor.CrashError // while Error is not made yet
}

// Page is a part of a list.
type Page[T any] struct {
	Items  []T  `json:"items"`
	Total  int  `json:"total"`  // that match
	Offset int  `json:"offset"` // of the first item
	Capped bool `json:"capped"` // more have been, and are not kept
}

// Container is one row of the table of containers: one life of a container.
type Container struct {
	ID      int       `json:"id"` // -1: its lineage waits for a start
	Lineage int       `json:"lineage"`
	State   string    `json:"state"` // of supervisor.State, and crash_looping where its lineage backs off during a crash loop
	Started time.Time `json:"started,omitzero"`
	Ready   time.Time `json:"ready,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	Release int       `json:"release"`

	Run       uint64        `json:"run,omitempty"` // whose input it executes
	Input     int           `json:"input"`         // that it executes; -1: none
	Described string        `json:"described,omitempty"`
	Attempt   int           `json:"attempt,omitempty"`
	Inputs    int           `json:"inputs"` // that it executes
	Since     time.Duration `json:"executing_ns,omitempty"`

	Finished    int64     `json:"finished"` // inputs
	InARow      int       `json:"crashes_in_a_row"`
	Next        time.Time `json:"next_start,omitzero"`
	LastCrash   *Crash    `json:"last_crash,omitempty"`
	Memory      int64     `json:"memory,omitempty"`
	MemoryLimit int64     `json:"memory_limit,omitempty"`
}

// ContainerStory is one container and what is known of its past.
type ContainerStory struct {
	Container
	States   []StateAt `json:"states"`   // of its lineage, the latest first, at most 200: its predecessors' too
	Attempts []Attempt `json:"attempts"` // that it has ended, the latest first, at most 100
	Crashes  []Crash   `json:"crashes"`  // of its lineage, the latest first
	Lines    []Line    `json:"lines"`    // the end of what it has printed, the oldest first, at most 64 KiB; of processes
	Cut      bool      `json:"lines_cut"`
}

// StateAt is a state that a container entered.
type StateAt struct {
	Time      time.Time `json:"time"`
	Container int       `json:"container"`
	State     string    `json:"state"` // starting ready crashed stopped abandoned
	Note      string    `json:"note,omitempty"`
}

// Line is a line that a worker process has printed.
type Line struct {
	Number int       `json:"number"` // from 1, in its container
	Time   time.Time `json:"time"`
	Stream string    `json:"stream"`
	Text   string    `json:"text"`
}

// Input is one row of the table of inputs.
type Input struct {
	Run       uint64                `json:"run"`
	Index     int                   `json:"index"`
	Count     int                   `json:"count,omitempty"` // over 1: that many inputs, from Index on, that were executed in one go
	State     string                `json:"state"`           // pending running retrying succeeded failed cancelled
	Described string                `json:"described,omitempty"`
	Attempts  int                   `json:"attempts"`
	Container int                   `json:"container"`         // of the last attempt that is known; -1: none
	Time      time.Time             `json:"time,omitzero"`     // of the last thing that happened to it
	Took      time.Duration         `json:"took_ns,omitempty"` // the last attempt
	Next      time.Time             `json:"next,omitzero"`     // when retrying
	Cause     string                `json:"cause,omitempty"`   // the key of that of its last failure, also when it has succeeded since
	Error     *supervisor.ErrorJSON `json:"error,omitempty"`
}

// InputStory is one input and its attempts.
type InputStory struct {
	Input
	Story []Attempt `json:"story"`           // the oldest first; what is not kept is missing
	Crash *Crash    `json:"crash,omitempty"` // the last one that it was in
}

// Attempt is one attempt, as far as it is known.
type Attempt struct {
	Run       uint64                `json:"run"`
	Input     int                   `json:"input"`
	Count     int                   `json:"count"`            // over 1: that many consecutive inputs, told of together
	Failed    int                   `json:"failed,omitempty"` // of these
	Attempt   int                   `json:"attempt"`          // 0: not known
	Container int                   `json:"container"`        // -1: not known
	Ended     time.Time             `json:"ended"`
	Took      time.Duration         `json:"took_ns"` // on average; 0: not known
	Outcome   string                `json:"outcome"` // succeeded failed retrying rerun crashed timeout cancelled
	Next      time.Time             `json:"next,omitzero"`
	Error     *supervisor.ErrorJSON `json:"error,omitempty"`
}

// RunFilter selects runs. Zero means all.
type RunFilter struct {
	Status Status // running includes crash-looping ones
	Text   string // in the name, whatever the case
	Parent uint64 // runs on that function
	Offset int
	Limit  int // 0 means 50, at most 500
}

// ContainerFilter selects containers. Zero means those that live or wait for a start, by lineage.
type ContainerFilter struct {
	State  string
	Ended  bool // those that have ended instead, the latest first
	Offset int
	Limit  int // as in RunFilter
}

// InputFilter selects inputs that are known one by one: those that execute, wait for another
// attempt or have failed, and the latest that have succeeded.
type InputFilter struct {
	State     string
	Cause     string // key
	Text      string // in the description or the error, whatever the case
	Container int    // of the last attempt; -1: any
	Offset    int
	Limit     int // as in RunFilter
}
