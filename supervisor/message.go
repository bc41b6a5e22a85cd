package supervisor

import "time"

// messageKind is what a message to the owner goroutine says.
type messageKind uint8

const (
	exited     messageKind = iota
	failed                 // given up as crashed, by somebody else
	retired                // asked to end in order
	emptied                // the last container has ended, and none has said so itself
	readied                // the start is over
	progressed             // an input is finished for which somebody waits: a reason to look at progress, as each message is
	abandoned              // nobody waits for it any more
	scaled                 // so many are wanted
	grown                  // more are wanted: a reason to look, as each message is
	dismissed              // the pool is to end with those that live
	forgiven               // a manual reset
	asked                  // for a snapshot
)

type message struct {
	kind      messageKind
	container *Container
	death     death             // of the container, zero if it has not crashed
	n         int               // containers wanted
	heir      chan<- *Container // takes the successor of a crashed container, or nil
	reply     chan<- Snapshot
}

// tell sends m to the owner goroutine, or drops it when there is none any more.
func (s *Supervisor) tell(m message) {
	select {
	case s.inbox <- m:
	case <-s.done:
	}
}

// handleAll handles a message and those that have come with it: what costs a look at
// every lineage is done once for all of them, and only where one of them asks for it.
func (s *Supervisor) handleAll(m message) {
	more := len(s.inbox)
	now := time.Now()
	s.credited = false
	if s.looping {
		s.credit(now)
	}
	s.handle(m)
	for range more {
		s.handle(<-s.inbox)
	}
	s.grow()
	s.fill()
	s.follow(now)
}

func (s *Supervisor) handle(m message) {
	s.hear(m, time.Now())
	switch m.kind {
	case exited:
		s.heir = m.heir
		s.exit(m.container, m.death)
		if s.heir != nil {
			s.heir <- nil
			s.heir = nil
		}
	case failed:
		s.abandoned++
		s.exit(m.container, m.death)
	case retired:
		s.retire(m.container)
	case readied:
		if s.lineages[m.container.lineage].container == m.container { // else it was given up meanwhile
			s.ready(m.container)
		}
	case abandoned:
		s.abandon(m.container)
	case scaled:
		s.scale(m.n)
	case dismissed:
		s.dismiss()
	case forgiven:
		s.reset()
	case asked:
		m.reply <- s.snapshot()
	}
}
