package cluster

import (
	"container/heap"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// placing is the machines on which a container may start, as a heap: that with the most slots that we know to be free comes
// first. Of ten thousand machines those that are not chosen are not looked at.
type placing []*machine

// vacant is how many of its slots we have not taken. What others have is not known.
func (m *machine) vacant() int { return m.Slots - len(m.leases) }

func (p placing) Len() int           { return len(p) }
func (p placing) Less(i, j int) bool { return p[i].vacant() > p[j].vacant() }

func (p placing) Swap(i, j int) {
	p[i], p[j] = p[j], p[i]
	p[i].at, p[j].at = i+1, j+1
}

// Push implements heap.Interface.
func (p *placing) Push(x any) {
	m := x.(*machine)
	*p = append(*p, m)
	m.at = len(*p)
}

// Pop implements heap.Interface.
func (p *placing) Pop() any {
	last := len(*p) - 1
	m := (*p)[last]
	(*p)[last] = nil
	*p, m.at = (*p)[:last], 0
	return m
}

// rank puts a machine where it belongs, when anything of it has changed. The caller holds mu.
func (s *members) rank(m *machine) {
	takes := s.all[m.ID] == m && !m.full && m.vacant() > 0 && s.usable(m)
	switch {
	case takes && m.at > 0:
		heap.Fix(&s.free, m.at-1)
	case takes:
		heap.Push(&s.free, m)
	case m.at > 0:
		heap.Remove(&s.free, m.at-1)
	}
}

// best is a machine with the most slots that we know to be free, or nil. One that may not be used any more is asked about again
// when it says hello. The caller holds mu.
func (s *members) best() *machine {
	for len(s.free) > 0 {
		if m := s.free[0]; s.usable(m) {
			return m
		}
		heap.Pop(&s.free)
	}
	return nil
}

// take takes a slot for a lease. Where there is none, it returns what is closed when there may be one, or the error that says
// that there will be none.
func (s *members) take(l *lease, now time.Time) (freed <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	best := s.best()
	switch {
	case s.refused != nil:
		return nil, fmt.Errorf("%w (%w)", s.refused, supervisor.ErrFatalStart)
	case best != nil:
		best.leases[l.id] = l
		s.rank(best)
		l.m, l.worker, l.host = best, best.ID, best.Name()
		return nil, nil
	case s.deserted(now):
		return nil, fmt.Errorf("cluster: no machine runs this program (version %s); there are: %s (%w)",
			s.version, s.list(), supervisor.ErrFatalStart)
	}
	return s.freed, nil
}
