package mapper

import "context"

// Redeploy has the function go on with another body, without losing an input or failing a
// call: containers that start from now on have the new body, and the others are replaced
// a quarter at a time, each after what it executes and not before a new one is ready. Meanwhile
// there are up to a quarter more containers than wanted, one at least. Inputs that are
// retried or executed again may meet the new body after the old one.
//
// The body must be of the same kind: with or without a state, over batches or not. A
// redeploy also ends a crash loop's wait at once. Redeploy waits until no container has the old
// body. When ctx ends before, for want of a new container that gets ready perhaps, it returns
// context.Cause(ctx), and the old containers serve on until new ones are ready; to go
// back, redeploy the old body. Other errors: a *policy.InvalidError, [ErrStopped].
func (f *Function[In, Out]) Redeploy(ctx context.Context, body Body[In, Out]) error {
	if err := body.Validate(); err != nil {
		return err
	}
	if err := body.check(f.opts.Runtime); err != nil {
		return err
	}
	if now := f.p.body(); now.batched != body.batched || (now.enter == nil) != (body.enter == nil) {
		return invalid("body", nil, "must be of the same kind as the one deployed: state, batches")
	}
	rolled := make(chan struct{})
	f.mu.Lock()
	if f.stopping {
		f.mu.Unlock()
		return ErrStopped
	}
	f.p.release.Store(&release[In, Out]{number: f.p.release.Load().number + 1, body: body})
	f.mu.Unlock()
	f.scaler.await(rolled)
	f.p.sup.Reset()
	f.scaler.kick()
	select {
	case <-rolled:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-f.ended:
		return ErrStopped
	}
}

func (s *scaler[In, Out]) await(rolled chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rollouts = append(s.rollouts, rolled)
	s.rolling.Store(true)
}

// roll ends containers with an older body, as many as there are more that work than
// wanted, until all of them are gone.
func (s *scaler[In, Out]) roll(done bool) {
	if !s.rolling.Load() {
		return
	}
	if done {
		s.mu.Lock()
		s.rolling.Store(false)
		for _, rolled := range s.rollouts {
			close(rolled)
		}
		s.rollouts = nil
		s.mu.Unlock()
		return
	}
	now := s.p.release.Load()
	able := 0
	var stale []*host[In, Out]
	for h := range s.p.hosts {
		if h.retiring.Load() || h.lost.Load() || h.phase.Load() != working {
			continue
		}
		able++
		if h.release != now {
			stale = append(stale, h)
		}
	}
	for _, h := range stale[:min(len(stale), max(able-s.want, 0))] {
		h.retire()
	}
}
