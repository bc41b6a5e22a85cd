package history

import "slices"

// Bounds of the story of one container.
const (
	maxStoryStates   = 200
	maxStoryAttempts = 100
)

// Container is one container and its past, false if nothing is known of it.
func (b *Book) Container(id uint64, container int) (ContainerStory, bool) {
	r := b.find(id)
	if r == nil || container < 0 {
		return ContainerStory{}, false
	}
	home := r.containers()
	s, ok := home.tell(container)
	if !ok {
		return ContainerStory{}, false
	}
	b.complete(home, &s.Container)
	for i := range s.Attempts {
		if a := &s.Attempts[i]; a.Failed == a.Count {
			b.explain(a)
		}
	}
	b.addLast(&s)
	return s, true
}

// tell is the story of a container of r's own.
func (r *record) tell(id int) (ContainerStory, bool) {
	s := ContainerStory{States: []StateAt{}, Attempts: []Attempt{}, Crashes: []Crash{}, Lines: []Line{}}
	present := r.present()
	i := slices.IndexFunc(present, func(c Container) bool { return c.ID == id })
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.crew.lives[id]
	switch {
	case i >= 0:
		s.Container = present[i]
	case l != nil:
		s.Container = l.show()
		r.crew.await(&s.Container, present)
	default:
		return s, false
	}
	r.crew.tell(&s)
	for a := range r.attempts.latest() {
		if a.container == id && len(s.Attempts) < maxStoryAttempts {
			s.Attempts = append(s.Attempts, a.show())
		}
	}
	if l != nil {
		s.Lines, s.Cut = append(s.Lines, l.lines.kept...), l.lines.cut
		s.Use = l.used(r.recycle)
	}
	return s, true
}

// await adds when the next container of the lineage starts, if c was its last.
func (c *crew) await(row *Container, present []Container) {
	for _, p := range present {
		if p.Lineage == row.Lineage && p.ID < 0 && p.LastCrash != nil && p.LastCrash.Container == row.ID {
			row.Next = p.Next
		}
	}
}

// tell adds the past of a lineage.
func (c *crew) tell(s *ContainerStory) {
	for ch := range c.states.latest() {
		if ch.lineage == s.Lineage && len(s.States) < maxStoryStates {
			s.States = append(s.States, StateAt{Time: ch.at, Container: ch.id, State: ch.state, Note: ch.note})
		}
	}
	for crash := range c.crashes.latest() {
		if crash.Lineage == s.Lineage {
			s.Crashes = append(s.Crashes, *crash)
		}
	}
}

// show is an attempt without what went wrong.
func (a attempt) show() Attempt {
	out := Attempt{
		Run: a.run, Input: a.input, Count: int(a.count), Failed: int(a.failed), Attempt: int(a.number),
		Container: a.container, Ended: a.ended, Took: a.took, Outcome: succeeded,
	}
	if a.failed > 0 && a.failed == a.count {
		out.Outcome = failed
	}
	return out
}

// explain adds what is known of the failure of an attempt.
func (b *Book) explain(a *Attempt) {
	r := b.find(a.Run)
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	it := r.inputs.get(a.Input)
	if it == nil {
		return
	}
	for _, s := range it.story {
		if s.number == a.Attempt {
			a.Outcome, a.Next, a.Error = s.outcome, s.next, s.err
		}
	}
}

// addLast adds the attempt that the container died of, of whose end nobody tells.
func (b *Book) addLast(s *ContainerStory) {
	crash := s.LastCrash
	if s.Ended.IsZero() || crash == nil || crash.Container != s.ID || crash.Input < 0 || crash.Run == 0 {
		return
	}
	last := Attempt{Run: crash.Run, Input: crash.Input, Count: 1, Failed: 1, Container: s.ID, Ended: crash.Time, Outcome: crashed, Error: inShort(crash.Error)}
	if r := b.find(crash.Run); r != nil {
		r.mu.Lock()
		if it := r.inputs.get(crash.Input); it != nil {
			for _, step := range it.story {
				if step.container == s.ID {
					last.Attempt, last.Took, last.Next = step.number, step.took, step.next
				}
			}
		}
		r.mu.Unlock()
	}
	s.Attempts = append([]Attempt{last}, s.Attempts...)
}
