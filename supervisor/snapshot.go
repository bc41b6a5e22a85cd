package supervisor

import "time"

// Snapshot is a pool at one moment, as a value that nothing changes any more.
type Snapshot struct {
	Containers []ContainerInfo // one for each lineage, in their order
	Wanted     int             // containers wanted; where a pool is not lasting, those whose work is done are not
	Live       int             // containers that run, start or stop
	Starts     int             // containers ever started
	Crashes    int             // of all containers
	Lost       int             // containers that went with their machine: no crashes
	Abandoned  int             // containers given up
	Lingering  int             // abandoned containers that still run

	// CrashLooping says that starts are slowed because crashes outweigh progress
	// (deployed pools only), since CrashLoopSince.
	CrashLooping   bool
	CrashLoopSince time.Time
	Gate           string    // closed, open or ramp; empty for an ephemeral pool
	NextStart      time.Time // while crash-looping: the first that is known, of those that are waited for; else zero

	CrashLoopOfInputs bool // inputs that crashed opened the loop, not start-ups: any that finishes ends it

	// What speaks against the function, and how much of it may end an ephemeral pool or open a crash loop: crashes at
	// start-up that progress has not paid for, and fresh inputs that have crashed one after the other since one finished.
	StartDebt, StartLimit int
	Streak, StreakLimit   int
	Inputs                int  // of the streak: how many different ones were tried, those that died together included
	Pauses                int  // of an ephemeral pool, in the streak
	Doubt                 bool // the streak is so long that no input is blamed while a fresh one can be tried

	Last *CrashError // the last crash; nil without one
}

// ContainerInfo is one lineage at one moment.
type ContainerInfo struct {
	ID        int // of its container; -1 while there is none
	Lineage   int
	Machine   string // where its container is; empty: on this one
	State     State
	Since     time.Time // start of the container
	Finished  int64     // inputs brought to an end by it
	Crashes   int       // in a row, of the lineage
	NextStart time.Time // when backing off
	Last      *CrashError
}

// Snapshot is the pool as it is now. It waits for the owner goroutine, which never
// waits for anything but its own timer.
func (s *Supervisor) Snapshot() Snapshot {
	snap := s.ask()
	for i := len(snap.Containers); i < s.cfg.Containers; i++ { // those that were never needed
		snap.Containers = append(snap.Containers, ContainerInfo{ID: -1, Lineage: i, State: Stopped})
	}
	return snap
}

func (s *Supervisor) ask() Snapshot {
	reply := make(chan Snapshot, 1)
	select {
	case s.inbox <- message{kind: asked, reply: reply}:
		select {
		case snap := <-reply:
			return snap
		case <-s.done:
		}
	case <-s.done:
	}
	return s.snapshot() // nobody changes anything any more
}

func (s *Supervisor) snapshot() Snapshot {
	snap := Snapshot{
		Containers: make([]ContainerInfo, len(s.lineages)),
		Wanted:     s.want,
		Live:       int(s.live.Load()),
		Starts:     s.starts,
		Crashes:    s.crashes,
		Lost:       s.lost,
		Abandoned:  s.abandoned,
		Lingering:  s.Lingering(),
		Last:       s.last,
	}
	snap.CrashLoopSince, snap.CrashLooping = s.judge.looping()
	s.judge.show(&snap)
	now := time.Now()
	for i := range s.lineages {
		snap.Containers[i] = s.info(i)
		if at := snap.Containers[i].NextStart; snap.CrashLooping && !at.Before(now) && (snap.NextStart.IsZero() || at.Before(snap.NextStart)) {
			snap.NextStart = at
		}
	}
	return snap
}

func (s *Supervisor) info(i int) ContainerInfo {
	l := &s.lineages[i]
	info := ContainerInfo{ID: -1, Lineage: i, State: Stopped, Crashes: l.row, Last: l.last}
	switch {
	case l.container != nil && l.container.living():
		c := l.container
		info.ID, info.State, info.Since, info.Finished = c.id, c.state(), c.started, c.finished.Load()
		info.Machine = c.Machine()
	case l.waiting:
		info.State = BackingOff
		info.NextStart = l.due
		if until := s.judge.Until(i); until.After(l.due) {
			info.NextStart = until
		}
	}
	if info.Crashes == 0 {
		info.Last = nil // progress has been made since
	}
	return info
}

// nextStart is the earliest start of a lineage that has to wait, zero if it need not.
// Under an open gate it may be another lineage that starts then.
func (s *Supervisor) nextStart(i int, now time.Time, delay time.Duration) time.Time {
	next := s.judge.Until(i)
	if due := now.Add(delay); delay > 0 && due.After(next) {
		next = due
	}
	if !next.After(now) {
		return time.Time{}
	}
	return next
}

// showLoop tells observers when a crash loop opens and closes.
func (s *Supervisor) showLoop() {
	_, looping := s.judge.looping()
	if looping == s.looping {
		return
	}
	s.looping = looping
	ev := Event{Kind: CrashLoopClosed, Container: -1, Lineage: -1, Err: asError(s.last), Next: s.judge.Until(0)}
	if looping {
		ev.Kind, ev.Text = CrashLoopOpened, s.judge.why()
	} else {
		s.judge.forgive()
	}
	s.emit(ev)
}

func (s *Supervisor) emitCrash(c *Container, crash *CrashError, next time.Time) {
	s.cfg.Events.Emit(Event{
		Kind: ContainerCrashed, Container: c.id, Lineage: c.lineage, Machine: c.Machine(),
		Run: crash.Run, Input: crash.Input, Crashes: s.lineages[c.lineage].row, Next: next, Err: crash,
	})
}

func (s *Supervisor) emit(ev Event) {
	ev.Input = NoInput
	s.cfg.Events.Emit(ev)
}

// asError keeps a nil crash from becoming an error that is not nil.
func asError(crash *CrashError) error {
	if crash == nil {
		return nil
	}
	return crash
}
