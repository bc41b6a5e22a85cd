package mapper_test

import (
	"errors"
	"slices"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// view is what a reader has seen of a run.
type view struct {
	p        *livePlay
	deed     int
	n, last  int
	failures int
	seen     map[int]bool
	left     bool
}

func (v *view) result(r mapper.Result[int, int]) {
	d, p := &v.p.s.Deeds[v.deed], v.p
	v.n++
	if r.Err != nil {
		v.failures++
	}
	if r.Index == -1 {
		p.settled(v.deed, -1, 0, r.Err)
		return
	}
	if r.Index < 0 || r.Index >= len(d.Scripts) || v.seen[r.Index] || r.Input != p.first[v.deed]+r.Index {
		p.problem("unknown or repeated: %+v", r)
		return
	}
	v.seen[r.Index] = true
	if !d.Opts.Unordered && r.Index < v.last {
		p.problem("index %d after %d in an ordered run", r.Index, v.last)
	}
	v.last = r.Index
	p.settled(v.deed, r.Input, r.Value, r.Err)
	p.mu.Lock()
	begun := p.begun[r.Input]
	p.mu.Unlock()
	if r.Attempts > begun || (r.Err == nil && r.Attempts != begun) {
		p.problem("%+v, and %d attempts were begun", r, begun)
	}
}

// whole looks at a run that was read to its end.
func (v *view) whole(reason error) {
	d, p := &v.p.s.Deeds[v.deed], v.p
	_, exit := errors.AsType[*mapper.ExitError](reason)
	switch {
	case len(v.seen) == len(d.Scripts) && v.failures == 0 && (reason == nil || (p.s.Alone && exit)):
	case d.Opts.ReturnExceptions && len(v.seen) != len(d.Scripts) && !p.ended(d):
		p.problem("run %d: %d of %d inputs settled", v.deed, len(v.seen), len(d.Scripts))
	case !d.Opts.ReturnExceptions && v.failures > 1:
		p.problem("run %d: %d failures in a run that ends at the first", v.deed, v.failures)
	case !d.Opts.ReturnExceptions && v.failures == 0 && len(v.seen) != len(d.Scripts):
		p.problem("run %d: %d of %d inputs settled, and no reason but %v", v.deed, len(v.seen), len(d.Scripts), reason)
	}
}

// ended reports that the run may have ended early: the iterator is not read to its end then.
func (p *livePlay) ended(d *deed) bool {
	return d.EndIn > 0 || p.hurried()
}

// collected looks at what Collect returned.
func (p *livePlay) collected(i int, values []int, err error) {
	failed := map[int]error{}
	all, listed := errors.AsType[*mapper.FailuresError](err)
	one, ended := errors.AsType[*mapper.InputError](err)
	switch {
	case listed:
		for _, f := range all.Failures {
			failed[f.Index] = f.Err
		}
		if len(failed) != len(all.Failures) {
			p.problem("an input failed twice: %w", err)
		}
	case ended:
		failed[one.Index] = one.Err
	case err != nil:
		p.settled(i, -1, 0, err)
	}
	for k := range p.s.Deeds[i].Scripts {
		in := p.first[i] + k
		switch bad, fails := failed[k]; {
		case fails:
			p.settled(i, in, 0, bad)
		case values[k] != 0 || err == nil || listed:
			p.settled(i, in, values[k], nil)
		}
	}
}

// settled looks at the outcome of an input, or of a deed as a whole (-1).
func (p *livePlay) settled(i, in, value int, err error) {
	d := &p.s.Deeds[i]
	switch {
	case err != nil && !p.hasReason(d, in, err):
		p.problem("deed %d, input %d: failed without a reason: %w", i, in, err)
	case err == nil && (in < 0 || value != in*in+1):
		p.problem("deed %d, input %d: the value is %d", i, in, value)
	case err == nil:
		p.mu.Lock()
		n := p.returned[in]
		p.mu.Unlock()
		if n == 0 {
			p.problem("deed %d, input %d: settled with a value that no attempt has returned", i, in)
		}
	}
}

// hasReason says whether an input, or a whole deed, may have failed like that.
func (p *livePlay) hasReason(d *deed, in int, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, crash := errors.AsType[*supervisor.CrashError](err)
	_, exit := errors.AsType[*mapper.ExitError](err)
	switch {
	case errors.Is(err, mapper.ErrStopped):
		return p.hurried() || p.f != nil && d.At >= p.s.StopAt // refused
	case errors.Is(err, errCancelled):
		return d.EndIn > 0 && d.Does != "cancel"
	case errors.Is(err, mapper.ErrCancelled):
		return d.Does == "cancel"
	case errors.Is(err, mapper.ErrQueueFull):
		return p.s.Opts.Outstanding > 0
	case exit:
		return p.s.Alone && p.badExit
	case in < 0:
		return false
	case errors.Is(err, mapper.ErrInterrupted):
		return p.s.Opts.AtMostOnce && p.begun[in] == 1
	case crash:
		return p.crashed[in] >= p.crashLimit()
	case errors.Is(err, mapper.ErrTimeout):
		return p.did(in, "obey", "deaf") || p.s.Batch.Size > 0 // a batch takes as long as all its inputs
	default:
		return err == errFlaky && p.did(in, "error", "permanent")
	}
}

func (p *livePlay) crashLimit() int {
	switch {
	case p.s.Opts.AtMostOnce:
		return 1
	case p.s.Opts.CrashLimit == 0:
		return 3
	}
	return p.s.Opts.CrashLimit
}

// did reports that an attempt of the input did one of these.
func (p *livePlay) did(in int, does ...string) bool {
	script := p.scripts[in]
	return slices.ContainsFunc(script[:min(p.begun[in], len(script))], func(st step) bool {
		return slices.Contains(does, st.Does)
	})
}

// verdict is what was wrong.
func (p *livePlay) verdict() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.states {
		if s.exits != 1 {
			p.problems = append(p.problems, errors.New("a state was not exited"))
		}
	}
	if p.s.Opts.AtMostOnce && len(p.begun) > 0 && slices.Max(p.begun) > 1 {
		p.problems = append(p.problems, errors.New("an input was begun again"))
	}
	return errors.Join(p.problems...)
}
