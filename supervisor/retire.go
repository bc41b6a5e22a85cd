package supervisor

// Retire says that the container has been asked to end in order: it is shown as
// stopping, and no longer counts as one of those that are wanted. Its successor starts
// at once if a lineage is free, else in its own lineage when it has ended. To ask it is
// the caller's part, and so is to give it up if it does not listen.
//
// It works in every pool: one that is not lasting is not over before the successor is.
// A crash of a retired container is still a crash. Idempotent; once the container's end
// is decided it does nothing. Safe for concurrent use, and never blocks for long.
func (c *Container) Retire() {
	for {
		fate := c.fate.Load()
		if fate&(retiring|gone|lost) != 0 {
			return
		}
		if c.fate.CompareAndSwap(fate, fate|retiring) {
			c.pool.tell(message{kind: retired, container: c})
			return
		}
	}
}

// retire notes that c is not filled any more, unless it has ended before the message
// came: then that was noted with its end.
func (s *Supervisor) retire(c *Container) {
	if l := &s.lineages[c.lineage]; l.container == c {
		l.retiring = true
		s.filled.Add(-1)
	}
}
