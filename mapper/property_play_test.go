package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

var errCancelled = errors.New("cancelled by the test")

// play is one performance of a scenario, and what was seen of it.
type play struct {
	s      *scenario
	ctx    context.Context
	cancel context.CancelCauseFunc
	run    *mapper.Run[int, int]

	mu       sync.Mutex
	begun    []int // attempts by input
	problems []error

	results     []mapper.Result[int, int]
	left        bool
	ended       error
	interrupted bool // the iterator ended early
}

func newPlay(s *scenario, ctx context.Context, cancel context.CancelCauseFunc) *play {
	return &play{s: s, ctx: ctx, cancel: cancel, begun: make([]int, len(s.Scripts))}
}

func (p *play) problem(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, err)
}

// fn does what the script of its input says.
func (p *play) fn(ctx context.Context, i int) (int, error) {
	p.mu.Lock()
	p.begun[i]++
	n := p.begun[i]
	p.mu.Unlock()
	if a, ok := mapper.AttemptFrom(ctx); !ok || a.Index != i || a.Attempt != n {
		p.problem(fmt.Errorf("AttemptFrom says %+v, %v in attempt %d of input %d", a, ok, n, i))
	}
	st := p.s.step(i, n)
	if !rest(ctx, st.Take) {
		return 0, context.Cause(ctx)
	}
	switch st.Does {
	case "error":
		return 0, errFlaky
	case "permanent":
		return 0, policy.Permanent(errFlaky)
	case "after":
		return 0, policy.RetryAfter(errFlaky, time.Millisecond)
	case "panic":
		panic("boom")
	case "panicerr":
		panic(errFlaky)
	case "goexit":
		runtime.Goexit()
	case "obey":
		<-ctx.Done()
		return 0, ctx.Err()
	case "ignore":
		time.Sleep(time.Second)
	}
	return i*i + 1, nil
}

// rest sleeps, and reports false if the context ends first. It keeps away from timers
// that are due at once: under -race those crash Go 1.26 in a bubble now and then.
func rest(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *scenario) step(i, attempt int) step {
	script := s.Scripts[i]
	return script[min(attempt, len(script))-1]
}

// endSource ends the iterator before its time.
func (p *play) endSource() bool {
	p.interrupted = true
	switch p.s.Source.EndBy {
	case "panic":
		panic(errFlaky)
	case "goexit":
		runtime.Goexit()
	}
	<-p.ctx.Done()
	return true
}

// read takes results from a channel the way the scenario's reader does.
func (p *play) read(results <-chan mapper.Result[int, int]) {
	p.readAll(func(yield func(mapper.Result[int, int]) bool) {
		for r := range results {
			if !yield(r) {
				p.cancel(errCancelled) // what the doc of a channel asks of whoever leaves
				return
			}
		}
	})
}

func (p *play) readAll(results iter.Seq[mapper.Result[int, int]]) {
	leave := func() bool {
		if len(p.results) != p.s.LeaveAt || p.left {
			return false
		}
		p.left = true
		switch {
		case p.s.LeaveBy == "cancel":
			p.cancel(errCancelled)
		case p.s.LeaveBy == "stop" && p.run != nil:
			p.run.Stop()
		default:
			return true
		}
		return false
	}
	if leave() {
		p.cancel(errCancelled)
	}
	for r := range results {
		p.results = append(p.results, r)
		time.Sleep(p.s.Pause)
		if leave() {
			break
		}
	}
}

// collected turns what Collect returns into results.
func (p *play) collected(values []int, err error) {
	p.ended = err
	failed := map[int]mapper.InputError{}
	if all, ok := errors.AsType[*mapper.FailuresError](err); ok {
		for _, f := range all.Failures {
			failed[f.Index] = f
		}
		p.ended = nil
	} else if one, ok := errors.AsType[*mapper.InputError](err); ok {
		failed[one.Index] = *one
	}
	if len(values) != len(p.s.Scripts) {
		p.problem(fmt.Errorf("%d values for %d inputs", len(values), len(p.s.Scripts)))
	}
	for i, v := range values {
		f, bad := failed[i]
		switch {
		case bad:
			p.results = append(p.results, mapper.Result[int, int]{Index: i, Input: i, Err: f.Err, Attempts: f.Attempts})
		case v != 0:
			p.results = append(p.results, mapper.Result[int, int]{Index: i, Input: i, Value: v, Attempts: p.begun[i]})
		case err == nil || p.ended == nil:
			p.problem(fmt.Errorf("input %d has neither a value nor a failure", i))
		}
	}
}

// verdict compares what was seen with what the rules demand.
func (p *play) verdict() error {
	seen := map[int]bool{}
	last, failures := -1, 0
	for n, r := range p.results {
		if r.Index == -1 {
			if n != len(p.results)-1 || r.Err == nil {
				p.problem(fmt.Errorf("result %d of %d has index -1: %+v", n, len(p.results), r))
			}
			failures++
			continue
		}
		if r.Index < 0 || r.Index >= len(p.s.Scripts) || r.Input != r.Index || seen[r.Index] {
			p.problem(fmt.Errorf("unknown or repeated: %+v", r))
			continue
		}
		seen[r.Index] = true
		if !p.s.Opts.Unordered && r.Index < last {
			p.problem(fmt.Errorf("index %d after %d in an ordered run", r.Index, last))
		}
		last = r.Index
		if r.Err != nil {
			failures++
		}
		p.check(r)
	}
	p.checkWhole(seen, failures)
	return errors.Join(p.problems...)
}

// check looks at one result: a natural one must be one that the rules allow, another one must
// say why the run ended.
func (p *play) check(r mapper.Result[int, int]) {
	fates := p.s.fates(r.Index)
	natural := slices.ContainsFunc(fates, func(want fate) bool {
		if r.Attempts != want.attempts || (r.Err == nil) != (want.err == nil) {
			return false
		}
		return r.Err == nil && r.Value == r.Index*r.Index+1 || r.Err != nil && want.err(r.Err)
	})
	switch {
	case natural:
	case r.Err != nil && p.isCause(r.Err):
		if most := fates[len(fates)-1]; r.Attempts > most.attempts {
			p.problem(fmt.Errorf("%+v has begun more often than %+v", r, most))
		}
	default:
		p.problem(fmt.Errorf("got %+v, want one of %+v", r, fates))
	}
}

func (p *play) isCause(err error) bool {
	_, source := errors.AsType[*mapper.SourceError](err)
	return source || errors.Is(err, errCancelled) || errors.Is(err, mapper.ErrStopped)
}

// checkWhole looks at the run as a whole.
func (p *play) checkWhole(seen map[int]bool, failures int) {
	cut := p.ctx.Err() != nil || p.left || p.interrupted
	switch {
	case !p.s.Opts.ReturnExceptions && failures > 1:
		p.problem(fmt.Errorf("%d failures in a run that ends at the first", failures))
	case !cut && failures == 0 && len(seen) != len(p.s.Scripts) && p.s.Form != "collect":
		p.problem(fmt.Errorf("%d of %d inputs settled, and no reason", len(seen), len(p.s.Scripts)))
	case !cut && p.s.Opts.ReturnExceptions && p.s.Form != "collect" && len(seen) != len(p.s.Scripts):
		p.problem(fmt.Errorf("%d of %d inputs settled", len(seen), len(p.s.Scripts)))
	case !cut && p.s.Opts.ReturnExceptions && p.ended != nil:
		p.problem(fmt.Errorf("the run ended with %w", p.ended))
	}
	p.mu.Lock() // a reader who cancels and leaves has not joined the run
	begun := slices.Clone(p.begun)
	p.mu.Unlock()
	for i, n := range begun {
		fates := p.s.fates(i)
		if most := fates[len(fates)-1].attempts; n > most {
			p.problem(fmt.Errorf("input %d was begun %d times, the rules allow %d", i, n, most))
		}
	}
}

// fate is what the rules of the failure contract make of input i, undisturbed.
type fate struct {
	err      func(error) bool // nil: a value
	attempts int
}

// fates are those that the rules allow, the shortest first. On a deployed function not every crash is charged, but after
// eight an input has failed.
func (s *scenario) fates(i int) (fates []fate) {
	limit := s.Opts.CrashLimit
	if limit == 0 {
		limit = 3
	}
	most := limit
	if _, deployed := s.Opts.Crashes.(policy.Deployed); deployed {
		most = max(limit, 8)
	}
	for ; limit <= most; limit++ {
		fates = append(fates, s.fate(i, limit))
	}
	return fates
}

func (s *scenario) fate(i, limit int) fate {
	retries, crashes := 0, 0
	for n := 1; ; n++ {
		does := s.step(i, n).Does
		switch {
		case does == "ok":
			return fate{attempts: n}
		case slices.Contains([]string{"panic", "panicerr", "goexit"}, does):
			if crashes++; crashes >= limit || s.Opts.AtMostOnce {
				return fate{err: isCrash(does), attempts: n}
			}
		default:
			if retries++; retries > s.Opts.Retries.MaxRetries || does == "permanent" || s.Opts.AtMostOnce {
				return fate{err: isFailure(does), attempts: n}
			}
		}
	}
}

func isCrash(does string) func(error) bool {
	return func(err error) bool {
		crash, ok := errors.AsType[*supervisor.CrashError](err)
		if !ok || crash.Phase != supervisor.PhaseInput {
			return false
		}
		switch does {
		case "panic":
			return crash.Panic == "boom"
		case "panicerr":
			return errors.Is(err, errFlaky)
		}
		return crash.Goexit
	}
}

func isFailure(does string) func(error) bool {
	return func(err error) bool {
		if does == "obey" || does == "ignore" {
			return errors.Is(err, mapper.ErrTimeout) && errors.Is(err, context.DeadlineExceeded)
		}
		return err == errFlaky
	}
}
