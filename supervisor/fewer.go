package supervisor

// fewer is what the owner of the work was last told of.
type fewer struct {
	filled int
	loops  bool
}

// tellFewer tells the owner of the work if fewer lineages are there for it than when it was last looked at.
func (s *Supervisor) tellFewer() {
	was := s.fewer
	s.fewer = fewer{s.Filled(), s.Alarm().Looping()}
	if s.cfg.Fewer != nil && (s.fewer.filled < was.filled || s.fewer.loops && !was.loops) {
		s.cfg.Fewer()
	}
}
