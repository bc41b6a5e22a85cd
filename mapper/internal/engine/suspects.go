package engine

import (
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// suspects are the inputs of a run that may have killed the process before this one. Each executes
// while nothing else of the run does: if the process dies again, it is clear why.
type suspects struct {
	some atomic.Bool // one waits, or executes

	mu      sync.Mutex
	waiting []*chunk.Task
	runner  any // the worker that executes one
}

func (s *suspects) add(t *chunk.Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, t)
	s.some.Store(true)
}

// take gives a worker one of them, if no other worker serves the run.
func (s *suspects) take(w any, visitors int32) *chunk.Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runner != nil || visitors > 1 || len(s.waiting) == 0 {
		return nil
	}
	t := s.waiting[0]
	s.waiting = s.waiting[1:]
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
	return s.runner == nil && visitors == 0 && len(s.waiting) > 0
}

// drain returns those that wait.
func (s *suspects) drain() []*chunk.Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.waiting
	s.waiting = nil
	s.some.Store(s.runner != nil)
	return rest
}
