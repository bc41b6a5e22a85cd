package cluster

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/supervisor"
)

// Machine is a worker as its callers know it: one that runs another program (see [Version]) is shown, and not used. Free is by
// its own account, which is a beat old, and Since is when it was first heard.
type Machine = supervisor.Machine

// Machines lists the workers that are known, also those that are not used. It blocks only where it is the first to connect.
func (r *Runtime) Machines() []Machine {
	_ = r.connect()
	return r.members.machines()
}

// machine is what a caller knows of a worker.
type machine struct {
	Machine
	heard   time.Time // last
	refused time.Time // since when nobody is there to hear us; zero: somebody is
	full    bool      // it has refused a lease, and not said since that it has room
	leases  map[string]*lease
	leaving chan struct{} // closed when it drains
	said    string        // its last hello
	at      int           // in members.free, from 1; 0: it is not there
	purse   purse         // of its connection
}

// tell tells all pools of a machine of this program. The caller holds mu.
func (s *members) tell(m *machine, kind supervisor.Kind, err error) {
	if m.Version != s.version {
		return
	}
	ev := supervisor.Event{
		Time: time.Now(), Kind: kind, Machine: m.Name(), Count: m.Slots, Container: -1, Lineage: -1, Input: supervisor.NoInput, Err: err,
	}
	for p := range s.shares.own {
		if p.tell != nil {
			p.tell(ev)
		}
	}
}

// members is who is there.
type members struct {
	version string
	place   func(Machine) bool
	grace   time.Duration

	mu      sync.Mutex
	all     map[string]*machine
	said    map[string]*machine // by their last hello
	free    placing
	changed chan struct{} // closed when the room may have changed
	freed   chan struct{} // closed when a lease may be had where none was
	alone   time.Time     // since when no machine can be used; zero: one can, or nobody has looked
	refused error         // the server refuses the connection; nil: it does not
	orphans orphans
	shares  *shares
}

func newMembers(o Options, self string) *members {
	return &members{
		version: Version(), place: o.Place, grace: o.Grace, all: map[string]*machine{}, said: map[string]*machine{},
		changed: make(chan struct{}), freed: make(chan struct{}), orphans: orphans{}, shares: newShares(self),
	}
}

// seek begins to look for machines: their time runs from now on, not from when the runtime was made.
func (s *members) seek(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring(now)
}

// fits reports that it is one for our containers.
func (s *members) fits(m *machine) bool { return m.Version == s.version && s.placed(m.Machine) }

// placed asks Options.Place, on whichever goroutine, the connection's too: one that panics, or does not return, has not said yes.
func (s *members) placed(m Machine) bool {
	if s.place == nil {
		return true
	}
	yes, _ := guard.Call("cluster.Options.Place", func() bool { return s.place(m) })
	return yes
}

// usable reports that containers may start there.
func (s *members) usable(m *machine) bool { return !m.Draining && m.Slots > 0 && s.fits(m) }

// hear takes a hello.
func (s *members) hear(h hello, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.all[h.ID]
	if h.Bye {
		delete(s.orphans, h.ID)
		if m != nil {
			s.lose(m, "it has said goodbye", supervisor.MachineLeft)
		}
		return
	}
	was := Machine{}
	if m == nil {
		m = &machine{Machine: Machine{Since: now}, leases: map[string]*lease{}, leaving: make(chan struct{})}
		s.all[h.ID] = m
	} else {
		was = m.Machine
	}
	m.Machine = Machine{
		ID: h.ID, Host: h.Host, PID: h.PID, Version: h.Version, Slots: h.Slots, Free: h.Free,
		Draining: h.Draining || was.Draining, Since: m.Since, Labels: h.Labels,
	}
	s.awake(m, now)
	if was.ID == "" && s.usable(m) {
		s.tell(m, supervisor.MachineJoined, nil)
	}
	if m.Draining && !was.Draining {
		close(m.leaving)
		s.tell(m, supervisor.MachineDraining, nil)
	}
	if was.Slots != m.Slots || was.Draining != m.Draining {
		s.ring(now)
	}
}

// awake notes that a machine was heard, and what it said last. The caller holds mu.
func (s *members) awake(m *machine, now time.Time) {
	m.heard, m.refused = now, time.Time{}
	if m.full && m.Free > 0 {
		m.full = false
		s.ringFreed()
	}
	s.rank(m)
}

// ring tells that the room may have changed. The caller holds mu.
func (s *members) ring(now time.Time) {
	if s.slots() > 0 {
		s.alone = time.Time{}
	} else if s.alone.IsZero() {
		s.alone = now
	}
	close(s.changed)
	s.changed = make(chan struct{})
	s.ringFreed()
}

func (s *members) ringFreed() {
	close(s.freed)
	s.freed = make(chan struct{})
}

// slots is how many there are. The caller holds mu.
func (s *members) slots() (n int) {
	for _, m := range s.all {
		if s.usable(m) {
			n += m.Slots
		}
	}
	return n
}

// room is for how many containers there is room, for this caller or one of its pools. Where there has been none for too long
// it is one: who opens that is told why there is none. The caller holds mu.
func (s *members) room(pool *share, now time.Time) (n int, changed <-chan struct{}) {
	n = s.shares.room(s.slots(), pool)
	if s.deserted(now) {
		n = 1
	}
	return n, s.changed
}

// deserted reports that the grace without any machine is over, or cannot help. The caller holds mu.
func (s *members) deserted(now time.Time) bool {
	return s.refused != nil || !s.alone.IsZero() && s.grace >= 0 && now.Sub(s.alone) >= s.grace
}

// list is who is there, for people. The caller holds mu.
func (s *members) list() string {
	var all []string
	for _, m := range s.all {
		all = append(all, fmt.Sprintf("%s (pid %d, version %s, %d slots, draining: %v)", m.Host, m.PID, m.Version, m.Slots, m.Draining))
	}
	slices.Sort(all)
	return cmp.Or(strings.Join(all, "; "), "none")
}

// give gives the slot of a lease back. A machine that has refused it is full until it says otherwise.
func (s *members) give(l *lease, how ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(l.m.leases, l.id)
	l.m.full = l.m.full || how == full
	s.rank(l.m)
	switch how {
	case full:
		return
	case untold:
		s.orphans.add(l.worker, l.id, time.Now())
	}
	s.ringFreed()
}

// lose gives a machine up, and all that is out there. The caller holds mu.
func (s *members) lose(m *machine, why string, kind supervisor.Kind) {
	delete(s.all, m.ID)
	delete(s.said, m.said)
	s.rank(m)
	err := fmt.Errorf("cluster: %s: %s: %w", m.Name(), why, supervisor.ErrLost)
	for _, l := range m.leases {
		l.lose(err)
	}
	if kind == supervisor.MachineLeft {
		err = nil
	}
	s.tell(m, kind, err)
	s.ring(time.Now())
}

// list of machines, for people.
func (s *members) machines() []Machine {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Machine
	for _, m := range s.all {
		one := m.Machine
		one.Unused, one.Labels = !s.fits(m), maps.Clone(one.Labels)
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Machine) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.ID, b.ID)) })
	return all
}
