package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// race is an input that executes, and perhaps executes twice. It has the lock of its hedger.
type race struct {
	task    *chunk.Task      // the input's own; each attempt has a copy
	runners [2]runner        // who executes the first attempt, and the second
	began   [2]time.Duration // when they began
	at      time.Duration    // when the second is due
	taken   bool             // the second is, and has not begun
	over    bool             // one has succeeded, or the input is settled otherwise
	where   int              // in the heap; notThere
}

const notThere = -1

// The attempts of a race.
const (
	firstAttempt = iota
	secondAttempt
)

// runner is a worker that executes an attempt.
type runner interface {
	// lineage is that of its container.
	lineage() int
	// cutOff cancels what it executes.
	cutOff(cause error)
}

// entry is the copy of a task that an attempt has: the loser's goes on when the input's own is settled.
type entry struct {
	chunk.Task
	race  *race
	which int
}

// enter is the task of an attempt.
func (x *race) enter(which int) *chunk.Task {
	e := &entry{Task: *x.task, race: x, which: which}
	e.Race, e.Prev, e.Next = e, nil, nil
	e.Attempts += which // the first executes, and is not counted yet
	return &e.Task
}

// raceOf is the race that an attempt with that task is in, and which of its attempts that is; nil for none.
func raceOf(t *chunk.Task) (x *race, which int) {
	if t == nil {
		return nil, firstAttempt
	}
	if e, ok := t.Race.(*entry); ok {
		return e.race, e.which
	}
	return nil, firstAttempt
}

// ownTask is the task of the input that an attempt with that task is of.
func ownTask(t *chunk.Task) *chunk.Task {
	if x, _ := raceOf(t); x != nil {
		return x.task
	}
	return t
}

// goesOn reports that an attempt executes, or is about to.
func (x *race) goesOn() bool {
	return x.runners[firstAttempt] != nil || x.runners[secondAttempt] != nil || x.taken
}

// cutOff cancels whatever executes, and returns how many attempts that is.
func (x *race) cutOff(cause error) (n int) {
	for _, w := range x.runners {
		if w != nil {
			w.cutOff(cause)
			n++
		}
	}
	return n
}

// races is a heap by due time; at equal times the lower index first.
type races []*race

func (r races) Len() int { return len(r) }

func (r races) Less(i, j int) bool {
	if r[i].at != r[j].at {
		return r[i].at < r[j].at
	}
	return r[i].task.Index < r[j].task.Index
}

func (r races) Swap(i, j int) {
	r[i], r[j] = r[j], r[i]
	r[i].where, r[j].where = i, j
}

func (r *races) Push(x any) {
	x.(*race).where = len(*r)
	*r = append(*r, x.(*race))
}

func (r *races) Pop() any {
	old := *r
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*r = old[:len(old)-1]
	last.where = notThere
	return last
}
