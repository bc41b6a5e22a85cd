package mapper

import (
	"math"
	"slices"
)

// In which order what waits for another attempt is taken: re-runs after a first crash, so
// that a poison shows early; retries; what was given back; suspects last.

// take returns the most urgent thing to do, nil when there is none.
func (t *todo[In, Out]) take(fresh func() bool, proven bool) *chunk[In, Out] {
	if !t.any() {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.struck) > 0 {
		return t.takeStruck()
	}
	if ch := t.takeInnocent(math.MaxInt); ch != nil {
		return ch
	}
	return t.takeSuspect(fresh, proven)
}

// takeAlone returns an input that was in a crash.
func (t *todo[In, Out]) takeAlone(fresh func() bool, proven bool) *chunk[In, Out] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.struck) > 0 {
		return t.takeStruck()
	}
	if len(t.due) > 0 || len(t.left) > 0 {
		return nil
	}
	return t.takeSuspect(fresh, proven)
}

// takeUpTo returns at most n inputs that were in no crash.
func (t *todo[In, Out]) takeUpTo(n int) *chunk[In, Out] {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.takeInnocent(n)
}

func (t *todo[In, Out]) takeStruck() *chunk[In, Out] {
	t.crashers.Add(-1)
	return t.attempt(shift(&t.struck))
}

// takeInnocent returns a retry whose time has come, or what was given back.
func (t *todo[In, Out]) takeInnocent(n int) *chunk[In, Out] {
	switch {
	case len(t.due) > 0:
		return t.attempt(shift(&t.due))
	case len(t.left) > 0:
		return t.takeLeft(n)
	}
	return nil
}

// takeLeft returns at most n of the inputs that were given back: those of the lowest
// index, since an ordered run waits for them, and a stream even holds containers meanwhile.
func (t *todo[In, Out]) takeLeft(n int) *chunk[In, Out] {
	at := 0
	for i, ch := range t.left {
		if ch.lo < t.left[at].lo {
			at = i
		}
	}
	ch := t.left[at]
	if len(ch.in) <= n {
		t.left = slices.Delete(t.left, at, at+1)
		t.ready.Add(-1)
	} else {
		t.left[at] = t.e.tail(ch, n, len(ch.in))
		ch.in = ch.in[:n]
	}
	return ch
}

// takeSuspect returns an input that has crashed twice. While fresh inputs wait, suspects
// wait for three things: that an input has finished since their crash (or a function that
// never works looks like a poison), for a quarter of the containers, which is all they may
// use, and for a container that has finished something (proven), so that crashes come
// between progress and not in a row.
func (t *todo[In, Out]) takeSuspect(fresh func() bool, proven bool) *chunk[In, Out] {
	if len(t.suspect) == 0 || (fresh() && !(proven && t.mayTry(t.suspect[0]))) {
		return nil
	}
	t.suspects.Add(-1)
	t.ready.Add(1) // attempt takes it back
	t.lonely++
	return t.attempt(shift(&t.suspect))
}

func (t *todo[In, Out]) mayTry(rec *record[In, Out]) bool {
	return t.e.progress() > rec.mark && t.lonely < max(t.e.opts.Containers/4, 1)
}

// attempt makes a chunk of one input.
func (t *todo[In, Out]) attempt(rec *record[In, Out]) *chunk[In, Out] {
	t.ready.Add(-1)
	ch := t.e.depot.get()
	ch.holdRecord(rec)
	return ch
}
