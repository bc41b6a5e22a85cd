package supervisor

import "time"

// A lineage is filled when it waits for a start, or its container lives and was not
// retired; it is free when it has no container and waits for none. The pool compares
// what is filled with what is wanted whenever either may have changed.

// Scale says how many containers are wanted from now on; below 0 means 0. Where fewer
// lineages are filled, free ones start, lowest number first, as soon as the limits on
// starts let them and what is left of their own backoff is over; lineages are added
// where there are too few. Where more are filled, those that wait for a start are set
// free, highest number first. Containers that live are left alone: see
// [Container.Retire].
//
// A pool that is not lasting may be scaled too, as long as it lives. There the number
// falls by one with each container that ends because its work is done.
//
// It is safe for concurrent use and never blocks for long; after the end of the pool it
// does nothing.
func (s *Supervisor) Scale(n int) { s.tell(message{kind: scaled, n: n}) }

// More says that n more containers are wanted than before. Like Scale it adds lineages where there are too few. It is safe for concurrent use and never blocks, so
// that whatever the pool calls may call it, where Scale would wait for the pool.
func (s *Supervisor) More(n int) {
	s.more.Add(int64(n)) // before the message: where there is no room for it, the owner has yet to look
	select {
	case s.inbox <- message{kind: grown}:
	default:
	}
}

// Dismiss has no container start any more, and the pool end with those that live, also one that is lasting. It is safe for
// concurrent use and never blocks for long; after the end of the pool it does nothing.
func (s *Supervisor) Dismiss() { s.tell(message{kind: dismissed}) }

func (s *Supervisor) dismiss() {
	s.cfg.Lasting = false
	s.scale(0)
}

// grow takes note of what More has said.
func (s *Supervisor) grow() {
	if n := s.more.Swap(0); n > 0 {
		s.scale(s.want + int(n))
	}
}

func (s *Supervisor) scale(n int) {
	s.want = max(n, 0)
	if more := s.want - len(s.lineages); more > 0 && !s.stopping {
		s.lineages = append(s.lineages, make([]lineage, more)...)
		s.judge.Grow(s.want, time.Now())
	}
	for i := len(s.lineages) - 1; i >= 0 && s.Filled() > s.want && s.waits > 0; i-- {
		s.free(i)
	}
}

// free takes back that the lineage waits for a start. Its due time stays: scaling down
// and up again is no way around a backoff.
func (s *Supervisor) free(i int) {
	if l := &s.lineages[i]; l.waiting {
		l.waiting = false
		s.waits--
		s.filled.Add(-1)
	}
}

// fill schedules free lineages until as many are filled as are wanted. There may be too
// few: what retires keeps its lineage until it has ended.
func (s *Supervisor) fill() {
	if s.Filled() >= s.want || s.stopping || s.ctx.Err() != nil {
		return
	}
	for i := 0; s.Filled() < s.want && s.lineage(i); i++ {
		if !s.lineages[i].taken() {
			s.schedule(i, 0)
		}
	}
}

// lineage reports whether there is one with that number. Those that were never needed cost nothing.
func (s *Supervisor) lineage(i int) bool {
	if i == len(s.lineages) && i < s.cfg.Containers {
		s.lineages = append(s.lineages, lineage{})
	}
	return i < len(s.lineages)
}
