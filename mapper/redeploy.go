package mapper

import "context"

// Redeploy has the function go on with another body, without losing an input or failing a
// call: containers that start from now on have the new body, and the others are replaced
// a quarter at a time, each after what it executes and not before a new one is ready. Meanwhile
// there are up to a quarter more containers than wanted, one at least. Inputs that are
// retried or executed again may meet the new body after the old one.
//
// The body must be of the same kind: with or without a state, over batches or not. A
// redeploy also ends a crash loop's wait at once. Redeploy waits until no container has the
// old body. When ctx ends before, for want of a new container that gets ready perhaps, it
// returns context.Cause(ctx), joined with the last crash at start-up, and the old
// containers serve on until new ones are ready; to go back, redeploy the old body. Other
// errors: a *policy.InvalidError, [ErrStopped].
func (f *Function[In, Out]) Redeploy(ctx context.Context, body Body[In, Out]) error {
	if err := body.Validate(); err != nil {
		return err
	}
	if err := body.check(f.opts.Runtime); err != nil {
		return err
	}
	if now := f.p.body(); now.batched != body.batched || (now.enter == nil) != (body.enter == nil) {
		return invalid("body", body.kind(), "must be of the same kind as the one deployed, "+now.kind())
	}
	f.mu.Lock()
	if f.stopping {
		f.mu.Unlock()
		return f.p.ending()
	}
	next := &release[In, Out]{number: f.p.release.Load().number + 1, body: body}
	f.p.release.Store(next)
	f.mu.Unlock()
	rolled := f.scaler.await(next.number)
	f.p.sup.Reset()
	f.scaler.kick()
	select {
	case <-rolled:
		return nil
	case <-ctx.Done():
		return f.p.late(ctx)
	case <-f.ended:
		return f.p.ending()
	}
}

// rollout is a redeploy that waits for the end of the last container with an older body.
type rollout struct {
	release int
	done    chan struct{}
}

func (s *scaler[In, Out]) await(release int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := rollout{release, make(chan struct{})}
	s.rollouts = append(s.rollouts, r)
	s.rolling.Store(true)
	return r.done
}

// roll ends containers with an older body, as many as there are more that work than
// wanted, until all of them are gone.
func (s *scaler[In, Out]) roll(c census[In, Out]) {
	switch {
	case !s.rolling.Load():
	case c.rolled:
		s.rolledOut(c.release.number)
	default:
		able := len(c.able)
		for _, h := range c.able {
			if able > s.want && h.release != c.release {
				able--
				h.retire()
			}
		}
	}
}

// rolledOut ends the wait of those who have redeployed no later than that.
func (s *scaler[In, Out]) rolledOut(release int) {
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
