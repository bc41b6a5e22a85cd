package history

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// What the pages and the JSON API show. Each is a value that nothing changes any more. The
// JSON names are those of version 1 of the API: fields may be added, and none changes its
// meaning or goes away.

// Overview is all functions and runs: what is crash-looping, what lives, then the latest to end.
type Overview struct {
	Now     time.Time `json:"now"`
	Start   string    `json:"start"`    // of the program: what tells it from those before it
	UpSince time.Time `json:"up_since"` // when that was
	Runs    []Run     `json:"runs"`
	Total   int       `json:"total"`   // that match the filter, of which Runs is a page
	Live    int       `json:"live"`    // of all
	Looping int       `json:"looping"` // crash-looping, of all
	Ended   int       `json:"ended"`   // of all that are kept
	Gone    int       `json:"gone"`    // that have ended and are not kept any more
	Sums    Sums      `json:"sums"`    // of all that are kept
	Losses  []Loss    `json:"losses"`  // of all that are kept: what cost most inputs, at most 5
}

// Status is what a run or a function is doing, at the end its supervisor.Outcome.
type Status string

// The statuses of what lives.
const (
	Running      Status = "running"
	CrashLooping Status = "crash_looping"
	Paused       Status = "paused"  // nothing begins: it is, or the function whose containers serve it
	Waiting      Status = "waiting" // a run: the function whose containers serve it is crash-looping
)

// Ends is the statuses of what has ended.
func Ends() (all []Status) {
	for _, o := range supervisor.Outcomes() {
		all = append(all, Status(o))
	}
	return all
}

// Run is a run or a deployed function.
type Run struct {
	ID       uint64                `json:"id"`
	Parent   uint64                `json:"parent,omitempty"` // the function whose containers serve it
	Name     string                `json:"name"`
	Function bool                  `json:"function"`
	Start    string                `json:"start"` // of the program: numbers begin anew with it
	Status   Status                `json:"status"`
	Started  time.Time             `json:"started"`
	Ended    time.Time             `json:"ended,omitzero"`
	Error    *supervisor.ErrorJSON `json:"error,omitempty"` // why it ended early
	FailedAt int                   `json:"failed_at"`       // the input whose failure ended it; -1: none

	Counts        Counts        `json:"counts"`
	Journal       *Journal      `json:"journal,omitempty"`    // of a run that has one
	OwnContainers int           `json:"own_containers"`       // that live; of a run on a function, those that execute its inputs
	OwnCrashes    int           `json:"own_crashes"`          // of its containers; of a run on a function, those that its inputs were in
	Recovered     time.Time     `json:"recovered,omitzero"`   // when its last crash loop ended; zero while one lasts, and without one
	Rate          float64       `json:"rate"`                 // inputs settled a second, smoothed over some 10 s
	ETA           time.Duration `json:"eta_ns"`               // of a run with a known number of inputs; -1: nobody knows
	Loop          *Loop         `json:"crash_loop,omitempty"` // while it is crash-looping
	Limits        Limits        `json:"limits"`
	Pool          Pool          `json:"pool"`
	Settings      Settings      `json:"settings"`
	Latency       Latency       `json:"latency"` // of all attempts so far

	Incidents []Incident `json:"incidents"`          // the latest first, at most 100
	Machines  []Machine  `json:"machines,omitempty"` // over a fleet: those that are known, at most 1000, and the last 50 that are gone

	Causes  []Cause  `json:"causes"`          // of failures and crashes, those that cost most inputs first, at most 100
	Others  int      `json:"causes_not_kept"` // failures whose cause is not among them
	Crashes []Crash  `json:"crashes"`         // the latest first, at most 50
	Series  []Sample `json:"series"`          // one a second, at most 300
	Lost    int64    `json:"events_dropped"`  // events that did not get here: Counts are right all the same
	Blocked float64  `json:"reader_blocks"`   // share of the samples in which the reader held up the run: what may be outstanding waited for it
}

// Counts is the inputs of a run, or the calls of a function, by state, and what happened to them.
type Counts struct {
	Inputs    int  `json:"inputs"` // -1: not known
	Pending   int  `json:"pending"`
	Running   int  `json:"running"`
	Retrying  int  `json:"retrying"`
	Succeeded int  `json:"succeeded"`
	Failed    int  `json:"failed"`
	Cancelled int  `json:"cancelled"`
	Retries   int  `json:"retries"`
	Reruns    int  `json:"reruns"`
	TimedOut  int  `json:"timed_out"`
	Waiting   int  `json:"waiting_for_reader"`
	Window    int  `json:"outstanding_limit"` // 0: none
	Refused   int  `json:"refused"`           // calls of a function that had no place for them
	Throttled int  `json:"throttled"`         // attempts that the other side has refused
	Hedges    int  `json:"hedges"`            // second attempts of inputs whose first was slow
	Held      Held `json:"held"`
	Runs      int  `json:"runs"` // of a function, under way
	Release   int  `json:"release"`
}

// Held is the inputs, of those pending or retrying, that wait without a container, by what holds them.
type Held struct {
	Pause  int `json:"pause"`
	Rate   int `json:"rate"` // a throttle of all and an adaptive limit included
	Key    int `json:"key"`
	Weight int `json:"weight"`
}

// Sum is all of them.
func (h Held) Sum() int { return h.Pause + h.Rate + h.Key + h.Weight }

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
	Restored  int           `json:"restored"` // of both: a journal had them
	Crashes   int           `json:"crashes"`
	Refused   int           `json:"refused"` // calls
	Running   int           `json:"running"` // inputs, at its end
	Pending   int           `json:"pending"`
	Retrying  int           `json:"retrying"`
	P50       time.Duration `json:"p50_ns"` // of the attempts that ended within it; 0: none
	P95       time.Duration `json:"p95_ns"`
	P99       time.Duration `json:"p99_ns"`

	Memory      int64 `json:"memory,omitempty"`       // of all containers at its end, in bytes; 0: not known
	MemoryMost  int64 `json:"memory_most,omitempty"`  // of the one that uses most
	MemoryLimit int64 `json:"memory_limit,omitempty"` // of that one; 0: none
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
