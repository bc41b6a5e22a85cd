package engine

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// suspects are the inputs of a run that may have killed the process before this one. Each executes
// while nothing else of the run does: if the process dies again, it is clear why.
type suspects struct {
	some atomic.Bool // one waits, or executes

	mu      sync.Mutex
	waiting []suspect
	runner  any // the worker that executes one
}

// suspect is one that waits.
type suspect struct {
	t     *chunk.Task
	due   time.Time   // not before; zero for any time
	timer *time.Timer // for that
}

// add adds one, which waits for so long. It is for wake to have somebody come then.
func (s *suspects) add(t *chunk.Task, wait time.Duration, wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := suspect{t: t}
	if wait > 0 {
		one.due = time.Now().Add(wait)
		one.timer = time.AfterFunc(wait, wake)
	}
	s.waiting = append(s.waiting, one)
	s.some.Store(true)
}

// first is the first that may execute, -1 for none. The caller holds the lock.
func (s *suspects) first() int {
	now := time.Now()
	return slices.IndexFunc(s.waiting, func(one suspect) bool { return !one.due.After(now) })
}

// take gives a worker one of them, if no other worker serves the run.
func (s *suspects) take(w any, visitors int32) *chunk.Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runner != nil || visitors > 1 {
		return nil
	}
	at := s.first()
	if at < 0 {
		return nil
	}
	t := s.waiting[at].t
	s.waiting = slices.Delete(s.waiting, at, at+1)
	s.runner = w
	return t
}

// done is the end of what a worker executes.
func (s *suspects) done(w any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runner == w {
		s.runner = nil
		s.some.Store(len(s.waiting) > 0)
	}
}

// runs reports that the worker executes one of them.
func (s *suspects) runs(w any) bool {
	if !s.some.Load() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runner == w
}

// ready reports that one can be taken by a worker that does not serve the run yet.
func (s *suspects) ready(visitors int32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runner == nil && visitors == 0 && s.first() >= 0
}

// stop is the end of the run: nobody need come for one any more.
func (s *suspects) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.waiting {
		if one.timer != nil {
			one.timer.Stop()
		}
	}
}

// drain returns those that wait.
func (s *suspects) drain() (rest []*chunk.Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.waiting {
		rest = append(rest, one.t)
	}
	s.waiting = nil
	s.some.Store(s.runner != nil)
	return rest
}
