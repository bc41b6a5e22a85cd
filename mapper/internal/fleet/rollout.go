package fleet

// Redeploy has containers that start from now on have another body, and returns the number of
// the release. Redeploys are not concurrent. Roll follows.
func (p *Pool) Redeploy(body Body) (release int) {
	next := &Release{Number: p.release.Load().Number + 1, Body: body}
	p.release.Store(next)
	return next.Number
}

// Roll begins to replace containers with an older body than the release, a quarter at a time,
// and returns what is closed when there are none. What is known of crashes is void.
func (p *Pool) Roll(release int) (rolled <-chan struct{}) {
	r := rollout{release, make(chan struct{})}
	s := p.scaler
	s.mu.Lock()
	s.rollouts = append(s.rollouts, r)
	s.rolling.Store(true)
	s.mu.Unlock()
	p.sup.Load().Reset()
	s.kick()
	return r.done
}

// roll ends containers with an older body, as many as there are more that work than wanted,
// until all of them are gone. Where there is no room for more, one goes before its successor comes.
func (s *scaler) roll(n census, surge int) {
	switch {
	case !s.rolling.Load():
	case n.rolled:
		s.rolledOut(n.release.Number)
	default:
		able := len(n.able)
		if surge == 0 {
			able++
		}
		for _, c := range n.able {
			if able > s.want && c.release != n.release {
				able--
				c.Retire()
			}
		}
	}
}

// rolledOut ends the wait of those who have redeployed no later than that.
func (s *scaler) rolledOut(release int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []rollout
	for _, r := range s.rollouts {
		if r.release > release {
			rest = append(rest, r)
		} else {
			close(r.done)
		}
	}
	s.rollouts = rest
	s.rolling.Store(len(rest) > 0)
}
