package history

import (
	"slices"
	"time"
)

// Input is one input and its attempts, false if nothing is known of it.
func (b *Book) Input(id uint64, index int) (InputStory, bool) {
	r := b.find(id)
	if r == nil || index < 0 {
		return InputStory{}, false
	}
	s, ok := r.story(index, time.Now())
	if !ok {
		return s, false
	}
	if s.Described == "" {
		s.Described = r.describedNow(index)
	}
	s.Crash = r.crashWith(index, s.Story)
	return s, true
}

// story is what is known of the input.
func (r *record) story(index int, now time.Time) (InputStory, bool) {
	m, busy := r.lookAt(now), r.busy()
	s := InputStory{Story: []Attempt{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	it := r.inputs.get(index)
	if it != nil {
		s.Input = it.show(r, m)
		for _, one := range it.story {
			s.Story = append(s.Story, one.show(r.id, index))
		}
	}
	for _, c := range busy {
		if c.Input == index {
			s.Input = r.runs(c, m.now)
			return s, true
		}
	}
	if it != nil {
		return s, true
	}
	for a := range r.attempts.latest() {
		if a.run == r.id && a.input <= index && index < a.input+int(a.count) {
			return r.within(a, index)
		}
	}
	if c := m.counts; index < c.Inputs && c.Succeeded == c.Inputs {
		s.Input = Input{Run: r.id, Index: index, State: succeeded, Container: -1}
		return s, true
	}
	if c := m.counts; index < c.Inputs && c.Pending == c.Inputs {
		s.Input = Input{Run: r.id, Index: index, State: pending, Container: -1}
		return s, true
	}
	return s, false
}

// within is the story of an input in a chunk, where nothing else is known of it.
func (r *record) within(a attempt, index int) (InputStory, bool) {
	if a.failed > 0 && r.inputs.without(a).count == 0 {
		return InputStory{}, false
	}
	one := a.show()
	one.Failed = 0
	in := Input{
		Run: r.id, Index: index, State: succeeded, Attempts: int(a.number), Container: a.container, Time: a.ended, Took: a.took,
	}
	return InputStory{Input: in, Story: []Attempt{one}}, true
}

func (s step) show(run uint64, index int) Attempt {
	return Attempt{
		Run: run, Input: index, Count: 1, Attempt: s.number, Container: s.container, Ended: s.ended, Took: s.took,
		Outcome: s.outcome, Next: s.next, Error: s.err,
	}
}

// crashWith is the last crash that the input was in.
func (r *record) crashWith(index int, story []Attempt) *Crash {
	i := len(story) - 1
	for i >= 0 && story[i].Outcome != crashed {
		i--
	}
	if i < 0 {
		return nil
	}
	home := r.containers()
	home.mu.Lock()
	defer home.mu.Unlock()
	if l := home.crew.lives[story[i].Container]; l != nil {
		return l.crash
	}
	return nil
}

// Failed is the inputs of a function that have failed for that cause, or with an empty one for
// any, and can be retried: 1,000 at most, while it lives. They may be secret. To retry them use
// [Book.Retry].
func (b *Book) Failed(id uint64, cause string) []any {
	r := b.find(id)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var values []any
	for _, it := range r.inputs.retryable(cause) {
		values = append(values, it.value)
	}
	return values
}

// Retry takes what Failed would return, hands the inputs to spawn one after the other, and
// returns how many it took. Each is taken once, so that nobody retries it a second time. It ends at
// the first error of spawn, which it returns; that input can be retried again.
func (b *Book) Retry(id uint64, cause string, spawn func(input any) error) (int, error) {
	r := b.find(id)
	if r == nil {
		return 0, nil
	}
	r.mu.Lock()
	all := r.inputs.retryable(cause)
	values := make([]any, len(all))
	for i, it := range all {
		values[i] = it.value
		r.inputs.forget(it)
	}
	r.mu.Unlock()
	for i, value := range values {
		if err := spawn(value); err != nil {
			r.restore(all[i:], values[i:])
			return i, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version.Add(1)
	return len(values), nil
}

// restore gives back inputs that were not retried.
func (r *record) restore(all []*trouble, values []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, it := range all {
		if r.view != nil && r.inputs.get(it.index) == it {
			r.inputs.keep(it, values[i])
		}
	}
	r.version.Add(1)
}

// retryable is the failed inputs with that cause that can be retried, the oldest first.
func (t *troubles) retryable(cause string) []*trouble {
	var all []*trouble
	for e := t.order.Back(); e != nil; e = e.Prev() {
		if it := e.Value.(*trouble); it.kept && (cause == "" || it.cause == cause) {
			all = append(all, it)
		}
	}
	return all
}

// retryable counts those of each cause. The caller holds r.mu.
func (r *record) retryable(list []Cause) {
	for _, it := range r.inputs.retryable("") {
		i := slices.IndexFunc(list, func(c Cause) bool { return c.Key == it.cause })
		if i >= 0 {
			list[i].Retryable++
		}
	}
}
