package main

import (
	"errors"

	"github.com/longshore-go/longshore/mapper"
)

// result looks at one result of a run.
func (v *view) result(r mapper.Result[order, answer]) {
	p := v.p
	v.n++
	v.attempts += r.Attempts
	if r.Err != nil {
		v.failures++
	}
	if r.Index == -1 {
		p.failed(v.i, r.Err)
		return
	}
	if r.Index < 0 || r.Index >= len(v.a.Scripts) || v.seen[r.Index] || r.Input.ID != p.first[v.i]+r.Index {
		p.problem("act %d: unknown or repeated: %+v", v.i, r)
		return
	}
	v.seen[r.Index] = true
	if !v.a.Opts.Unordered && r.Index < v.last {
		p.problem("act %d: index %d after %d in an ordered run", v.i, r.Index, v.last)
	}
	v.last = r.Index
	p.attempted(r.Input.ID, r.Attempts)
	p.settled(v.i, r.Input.ID, r.Value, r.Err)
}

// attempted keeps the number of attempts that an input was settled with, for the verdict.
func (p *play) attempted(id, attempts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts[id] = attempts
}

// collected is what a door returned that returns the whole; Each has no values.
type collected struct {
	values []answer
	err    error
}

// collected looks at it.
func (p *play) collected(i int, c collected) {
	failed := map[int]mapper.InputError{}
	all, listed := errors.AsType[*mapper.FailuresError](c.err)
	one, ended := errors.AsType[*mapper.InputError](c.err)
	switch {
	case listed:
		for _, f := range all.Failures {
			failed[f.Index] = f
		}
		if len(failed) != len(all.Failures) {
			p.problem("act %d: an input failed twice: %w", i, c.err)
		}
	case ended:
		failed[one.Index] = *one
	case c.err != nil:
		p.failed(i, c.err)
	}
	if c.values != nil && len(c.values) != len(p.Acts[i].Scripts) {
		p.problem("act %d: %d values", i, len(c.values))
		return
	}
	for k := range p.Acts[i].Scripts {
		id := p.first[i] + k
		f, fails := failed[k]
		switch {
		case fails:
			p.attempted(id, f.Attempts)
			p.settled(i, id, answer{}, f.Err)
		case c.values == nil && (c.err == nil || listed):
			p.settled(i, id, right(id), nil)
		case c.values != nil && (c.values[k] != answer{} || c.err == nil || listed):
			p.settled(i, id, c.values[k], nil)
		}
	}
}

// called looks at the outcome of a call.
func (p *play) called(i, id int, value answer, err error) {
	if err == nil {
		p.mu.Lock()
		p.values++
		p.mu.Unlock()
	}
	p.settled(i, id, value, err)
}

// settled looks at the outcome of an input.
func (p *play) settled(i, id int, value answer, err error) {
	p.progress.Add(1)
	switch {
	case err != nil && !p.mayFail(i, id, err):
		p.problem("act %d: input %d failed without a reason: %w", i, id, err)
	case err != nil:
	case value != right(id):
		p.problem("act %d: input %d has the value %+v", i, id, value)
	case p.book.read(id, valued) == 0:
		p.problem("act %d: input %d has a value that no attempt has returned", i, id)
	}
}

// failed looks at the failure of an act as a whole.
func (p *play) failed(i int, err error) {
	if !p.mayEnd(i, err) && !p.refused(err) {
		p.problem("act %d failed without a reason: %w", i, err)
	}
}
