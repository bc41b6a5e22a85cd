package history

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// What is in lists: containers and inputs, and by what they are selected.

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
	Machine string    `json:"machine,omitempty"` // where it is; empty: on that of the program

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

	Use *MemoryUse `json:"memory_use,omitempty"` // of processes, as far as it is known
}

// MemoryUse is the memory of one container over time, in bytes.
type MemoryUse struct {
	Peak    int64      `json:"peak"`    // the most that was seen, or that it died at
	Limit   int64      `json:"limit"`   // at which its runtime ends it; 0: none
	Recycle int64      `json:"recycle"` // at which it is replaced, when it has executed something; 0: none
	Series  []MemoryAt `json:"series"`  // one a second, the oldest first, at most 120
}

// MemoryAt is the memory of a container at one moment, in bytes.
type MemoryAt struct {
	Time  time.Time `json:"time"`
	Bytes int64     `json:"bytes"`
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
	Status Status // running includes crash-looping and waiting ones
	Text   string // in the name, whatever the case
	Parent uint64 // runs on that function
	Sort   Order
	Offset int
	Limit  int // 0 means 50, at most 500
}

// ContainerFilter selects containers. Zero means those that live or wait for a start, by lineage.
type ContainerFilter struct {
	State  string
	Own    bool // of a run on a function: those that execute its inputs
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
