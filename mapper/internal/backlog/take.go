package backlog

import (
	"math"
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// In which order what waits for another attempt is taken: re-runs after a first crash, so
// that a poison shows early; retries; what was given back; suspects last.

// Take returns the most urgent thing to do, nil when there is none. proven says that the
// container which asks has finished something.
func (b *Backlog) Take(proven bool) *chunk.Chunk {
	if !b.Any() {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.crashed) > 0 {
		return b.takeCrashed()
	}
	if ch := b.takeInnocent(math.MaxInt); ch != nil {
		return ch
	}
	return b.takeSuspect(proven)
}

// TakeAlone returns an input that was in a crash.
func (b *Backlog) TakeAlone(proven bool) *chunk.Chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.crashed) > 0 {
		return b.takeCrashed()
	}
	if len(b.dueRetries) > 0 || len(b.returned) > 0 {
		return nil
	}
	return b.takeSuspect(proven)
}

// TakeUpTo returns at most n inputs that were in no crash.
func (b *Backlog) TakeUpTo(n int) *chunk.Chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.takeInnocent(n)
}

func (b *Backlog) takeCrashed() *chunk.Chunk {
	b.crashers.Add(-1)
	return b.attempt(shift(&b.crashed))
}

// takeInnocent returns a retry whose time has come, or what was given back.
func (b *Backlog) takeInnocent(n int) *chunk.Chunk {
	switch {
	case len(b.dueRetries) > 0:
		return b.attempt(shift(&b.dueRetries))
	case len(b.returned) > 0:
		return b.takeReturned(n)
	}
	return nil
}

// takeReturned returns at most n of the inputs that were given back: those of the lowest
// index, since an ordered run waits for them, and a stream even holds containers meanwhile.
func (b *Backlog) takeReturned(n int) *chunk.Chunk {
	at := 0
	for i, ch := range b.returned {
		if ch.Lo < b.returned[at].Lo {
			at = i
		}
	}
	ch := b.returned[at]
	if ch.N <= n {
		b.returned = slices.Delete(b.returned, at, at+1)
		b.ready.Add(-1)
	} else {
		b.returned[at] = b.Split(ch, n)
	}
	return ch
}

// takeSuspect returns an input that has crashed twice. While fresh inputs wait, suspects
// wait for three things: that an input has finished since their crash (or a function that
// never works looks like a poison), for a quarter of the containers, which is all they may
// use, and for a container that has finished something, so that crashes come between
// progress and not in a row.
func (b *Backlog) takeSuspect(proven bool) *chunk.Chunk {
	if len(b.suspect) == 0 || (b.Fresh() && !(proven && b.mayTry(b.suspect[0]))) {
		return nil
	}
	b.suspects.Add(-1)
	b.ready.Add(1) // attempt takes it back
	b.running++
	return b.attempt(shift(&b.suspect))
}

func (b *Backlog) mayTry(t *chunk.Task) bool {
	return b.Progress() > t.Mark && b.running < b.Quota
}

// attempt makes a chunk of one input.
func (b *Backlog) attempt(t *chunk.Task) *chunk.Chunk {
	b.ready.Add(-1)
	return b.Free.Attempt(t)
}

// shift takes the first element.
func shift[T any](s *[]T) T {
	var none T
	first := (*s)[0]
	(*s)[0] = none
	*s = (*s)[1:]
	return first
}
