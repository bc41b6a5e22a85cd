package history

import (
	"container/list"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// troubles is the inputs that something went wrong with: those that were retried or re-run, or
// have failed. The ones heard of last are kept.
type troubles struct {
	byIndex map[int]*list.Element // of *trouble
	order   list.List             // the one heard of last is in front
	gone    bool                  // some are not kept any more
	values  int                   // inputs that are kept to be retried
}

const (
	maxTroubles = 10_000
	maxStory    = 8    // attempts of one input
	maxValues   = 1000 // inputs of a function that can be retried
)

// trouble is what is known of one input.
type trouble struct {
	index     int
	described string
	outcome   string // of the last attempt that ended
	final     bool   // it is settled
	attempts  int
	container int
	time      time.Time
	took      time.Duration
	next      time.Time
	cause     string
	err       *supervisor.ErrorJSON
	story     []step
	value     any // of a failed call, to be retried
	kept      bool
}

// step is one attempt.
type step struct {
	number, container int
	ended             time.Time
	took              time.Duration
	outcome           string
	next              time.Time
	err               *supervisor.ErrorJSON
}

// get returns what is known of the input, nil if that is nothing.
func (t *troubles) get(index int) *trouble {
	if e, ok := t.byIndex[index]; ok {
		return e.Value.(*trouble)
	}
	return nil
}

// touch returns what is known of the input, and makes it the one heard of last.
func (t *troubles) touch(index int) *trouble {
	if e, ok := t.byIndex[index]; ok {
		t.order.MoveToFront(e)
		return e.Value.(*trouble)
	}
	if t.byIndex == nil {
		t.byIndex = map[int]*list.Element{}
	}
	if len(t.byIndex) >= maxTroubles {
		t.drop(t.order.Back())
	}
	it := &trouble{index: index, container: -1}
	t.byIndex[index] = t.order.PushFront(it)
	return it
}

func (t *troubles) drop(e *list.Element) {
	it := t.order.Remove(e).(*trouble)
	delete(t.byIndex, it.index)
	t.forget(it)
	t.gone = true
}

// keep holds on to the value of an input that has failed.
func (t *troubles) keep(it *trouble, value any) {
	if !it.kept && t.values < maxValues {
		it.value, it.kept = value, true
		t.values++
	}
}

// forget lets go of the value.
func (t *troubles) forget(it *trouble) {
	if it.kept {
		it.value, it.kept = nil, false
		t.values--
	}
}

func (t *troubles) forgetAll() {
	for _, e := range t.byIndex {
		t.forget(e.Value.(*trouble))
	}
}

// step returns the attempt with that number, a new one if it is not there.
func (it *trouble) step(number int) *step {
	for i := range it.story {
		if it.story[i].number == number {
			return &it.story[i]
		}
	}
	if len(it.story) == maxStory {
		it.story = append(it.story[:0], it.story[1:]...)
	}
	it.story = append(it.story, step{number: number, container: -1})
	return &it.story[len(it.story)-1]
}

// ended notes an attempt that ended with the input's value, or where and how long one was that
// it is known to have failed.
func (it *trouble) ended(ev *supervisor.Event) {
	if ev.Failed > 0 && !it.knows(ev.Attempt) {
		return // what became of it is not known: that was lost
	}
	s := it.step(ev.Attempt)
	s.container, s.took = ev.Container, ev.Took
	if s.ended.IsZero() {
		s.ended = ev.Time
	}
	it.container, it.took = ev.Container, ev.Took
	if ev.Failed > 0 {
		return
	}
	s.outcome = succeeded
	it.outcome, it.final = succeeded, true
	it.time, it.next, it.err = ev.Time, time.Time{}, nil
	it.attempts = max(it.attempts, ev.Attempt)
}

func (it *trouble) knows(number int) bool {
	for i := range it.story {
		if it.story[i].number == number {
			return true
		}
	}
	return false
}

// told notes that the input is retried, is re-run or has failed.
func (it *trouble) told(ev *supervisor.Event, n news) {
	s := it.step(ev.Attempt)
	s.ended, s.outcome, s.next, s.err = ev.Time, n.outcome, ev.Next, n.err
	if n.container >= 0 {
		s.container = n.container
	}
	it.container, it.took = s.container, s.took
	it.outcome, it.final = n.outcome, ev.Kind == supervisor.InputFailed
	it.described, it.attempts, it.time, it.next = n.described, ev.Attempt, ev.Time, ev.Next
	if n.outcome != rerun {
		it.cause, it.err = n.cause.Key, n.err
	}
}
