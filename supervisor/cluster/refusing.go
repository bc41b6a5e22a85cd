package cluster

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// refuse is told that the server refuses the connection after all. Nothing can be started any more.
func (r *Runtime) refuse(err *RefusedError) {
	r.members.refuse(err)
	r.leases.Range(func(_, l any) bool {
		l.(*lease).lose(fmt.Errorf("%w (%w)", err, supervisor.ErrLost))
		return true
	})
}

// refuse is told that there can be no more leases, and why.
func (s *members) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		s.refused = err
		s.ring(time.Now())
	}
}

func (s *members) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}
