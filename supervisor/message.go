package supervisor

import "time"

// messageKind is what a message to the owner goroutine says.
type messageKind uint8

const (
	exited    messageKind = iota
	emptied               // the last container has ended, and none has said so itself
	readied               // the start is over
	proved                // the first input is finished: a reason to look at progress, as each message is
	abandoned             // nobody waits for it any more
	asked                 // for a snapshot
)

type message struct {
	kind      messageKind
	container *Container
	crash     *CrashError
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
// every lineage is done once for all of them.
func (s *Supervisor) handleAll(m message) {
	more := len(s.inbox)
	s.credit(time.Now())
	s.handle(m)
	for range more {
		s.handle(<-s.inbox)
	}
	s.showLoop()
	s.startDue()
}

func (s *Supervisor) handle(m message) {
	switch m.kind {
	case exited:
		s.heir = m.heir
		s.exit(m.container, m.crash)
		if s.heir != nil {
			s.heir <- nil
			s.heir = nil
		}
	case readied:
		s.ready(m.container)
	case abandoned:
		s.abandon(m.container)
	case asked:
		m.reply <- s.snapshot()
	}
}
