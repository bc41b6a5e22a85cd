package main

import (
	"slices"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// verdict looks at the round as a whole, when nothing of it runs any more.
func (p *play) verdict() {
	p.mu.Lock()
	states, attempts := slices.Clone(p.states), p.attempts
	p.mu.Unlock()
	end := time.Now().Add(time.Second)
	for _, s := range states {
		for s.exits.Load() == 0 && time.Now().Before(end) {
			time.Sleep(ms) // a container that was given up exits on a goroutine that nobody waits for
		}
		if n := s.exits.Load(); n != 1 {
			p.problem("a state was exited %d times", n)
		}
	}
	for id := range p.owner {
		if n := p.book.read(id, begun); p.Opts.AtMostOnce && n > 1 {
			p.problem("input %d was begun %d times under AtMostOnce", id, n)
		}
	}
	for id, n := range attempts {
		p.counted(id, n)
	}
	p.flowed()
	for i, a := range p.Acts {
		if most := p.of[i].most.Load(); p.calm() && !p.Alone && a.Opts.Containers > 0 && most > int64(a.Opts.Containers) {
			p.problem("act %d: %d attempts at the same time in a run with %d containers", i, most, a.Opts.Containers)
		}
	}
	if most, limit := p.executing.most.Load(), int64(p.containers()); p.calm() && p.Alone && most > limit {
		p.problem("%d attempts at the same time in %d containers", most, limit)
	}
}

// counted compares the attempts that the result of an input has with those that were begun. One that was outrun before its
// first line counts as begun, and how many there are of a script is then a question of time.
func (p *play) counted(id, n int) {
	started := p.book.read(id, begun)
	if p.book.read(id, valued) > 0 && p.goodHands() && n != started && !(p.Opts.Hedge.On() && n > started) {
		p.problem("input %d has %d attempts, and %d were begun", id, n, started)
	}
	if started > n && p.goodHands() {
		p.problem("input %d was begun %d times, its result says %d", id, started, n)
	}
	if p.calm() && p.undisturbed(id) && !p.Opts.Hedge.On() {
		if want := p.fate(id); want > 0 && n != want {
			p.problem("input %d has %d attempts, its script %v asks for %d", id, n, p.script(id), want)
		}
	}
}

// goodHands says that each attempt that was begun is known of: a worker that dies takes along
// what it has finished and not sent, for at most 200 µs (see package process), and one that is
// killed may die before the first line of an attempt. But for AtMostOnce, that is allowed.
func (p *play) goodHands() bool {
	return !p.Processes || len(p.Strikes) == 0 && p.book.crashes() == 0
}

// undisturbed says that nothing but its script decides about an input's attempts.
func (p *play) undisturbed(id int) bool {
	a := &p.Acts[p.owner[id]]
	return a.Opts.ReturnExceptions && a.CancelIn == 0 && a.Reader.LeaveAt < 0 && a.Source.EndAt < 0
}

// calm says that attempts are what scripts make of them: nobody else ends containers, attempts
// have no time that may run out, and no crash loop excuses a crash.
func (p *play) calm() bool {
	quiet := !slices.ContainsFunc(p.Acts, func(a act) bool {
		return slices.Contains([]string{"drain", "preempt", "scale", "redeploy"}, a.Does)
	})
	return quiet && p.Opts.Timeout == 0 && p.Opts.TotalTimeout == 0 && p.Opts.MaxInputs <= 1 && !p.batched() && p.forgiving() && p.goodHands() &&
		(p.Alone || p.EndBy == "stop")
}

func (p *play) forgiving() bool {
	switch c := p.Opts.Crashes.(type) {
	case policy.Ephemeral:
		return c.Debt == forgiven
	case policy.Deployed:
		return c.Debt == forgiven
	}
	return false
}

func (p *play) containers() int { return max(p.Opts.Containers, 1) }

// fate is how many attempts the rules make of an input's script.
func (p *play) fate(id int) int {
	failures, died := 0, 0
	for n := 1; ; n++ {
		switch does := p.script(id).step(n).Does; {
		case crashes(does):
			if died++; died >= p.crashLimit() {
				return n
			}
		case does == "permanent":
			return n
		case does == "throttled":
			return 0 // what a refusal costs depends on who was refused before
		case does == "error" || does == "after":
			if failures++; failures > p.Opts.Retries.MaxRetries || p.Opts.AtMostOnce {
				return n
			}
		default:
			return n
		}
	}
}
