package main

import (
	"math/rand/v2"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

const ms = time.Millisecond

// A drawer makes a plan of a seed.
type drawer struct {
	*rand.Rand
	p       *plan
	horizon int // milliseconds in which acts begin: the fewer, the more of them meet
	rich    int // per mille of the inputs that have a script
	crashes bool
}

func draw(seed uint64, processes bool) *plan {
	d := drawer{rand.New(rand.NewPCG(seed, 0)), &plan{Seed: seed, Processes: processes}, 0, 0, processes}
	d.horizon, d.rich = one(d, 3, 30, 100), one(d, 10, 100, 300, 700)
	if processes {
		d.rich = one(d, 5, 20, 60) // a crash costs a start, and a deployed function has one a second
	} else {
		d.crashes = d.IntN(3) == 0 // rounds without are ten times as fast
	}
	d.p.Alone = d.IntN(3) == 0
	d.p.Body = one(d, "plain", "plain", "state", "batched", "batched-state")
	if d.p.Alone && !processes && d.IntN(5) == 0 {
		d.p.Body = "stream"
	}
	d.options()
	if processes {
		d.workers()
	}
	if d.p.Alone {
		d.alone()
	} else {
		if d.p.Body != "plain" {
			d.rich = min(d.rich, 100) // nor does it have credit for crashes with a state or batches
		}
		d.function()
	}
	d.p.Observer = one(d, "none", "none", "quick", "slow", "panics", "watcher")
	return d.p
}

func one[T any](d drawer, of ...T) T { return of[d.IntN(len(of))] }

// most draws whole milliseconds, so that things that have nothing to do with each other happen
// in the same moment.
func (d drawer) most(n int) time.Duration { return time.Duration(d.IntN(n+1)) * ms }

func (d drawer) options() {
	p := d.p
	p.Opts = mapper.Options{
		Name:         "soak",
		Containers:   one(d, 1, 2, 2, 3, 8, 32),
		CrashLimit:   d.IntN(5),
		AtMostOnce:   d.IntN(8) == 0,
		Timeout:      one(d, 0, 0, 20*ms),
		StartTimeout: 40 * ms,
		Grace:        50 * ms,
		ExitGrace:    100 * ms,
		Retries:      policy.Retries{MaxRetries: d.IntN(4), InitialDelay: 1 + d.most(10), Jitter: one(d, 0.0, 1.0)},
		Recycle:      mapper.Recycle{Inputs: one(d, 0, 0, 0, 1, 3, 20), Age: one(d, 0, 0, 5*ms, 30*ms)},
		Crashes:      d.policy(),
	}
	if p.Processes {
		p.Opts.Containers = one(d, 1, 2, 3)
		p.Opts.Timeout = one(d, 0, 300*ms)
		p.Opts.StartTimeout = 20 * time.Second
		p.Opts.ExitGrace = 10 * time.Second
		p.Opts.Recycle = mapper.Recycle{Inputs: one(d, 0, 0, 0, 7), Age: one(d, 0, 0, 100*ms)}
	}
	if p.Body == "stream" {
		p.Opts.AtMostOnce, p.Opts.Retries = true, policy.Retries{}
		return
	}
	if !p.Processes {
		p.Opts.MaxInputs = one(d, 0, 1, 2, 5)
		p.Opts.TargetInputs = d.IntN(p.Opts.MaxInputs + 1)
	}
	if p.Body == "batched" || p.Body == "batched-state" {
		p.Batch = mapper.Batch{Size: 1 + d.IntN(5), Wait: one(d, 0, 5*ms), Whole: d.IntN(4) == 0}
		p.Joint = d.IntN(2) == 0
	}
	if (p.Body == "plain" || p.Body == "state") && !p.Opts.AtMostOnce && d.IntN(3) == 0 {
		p.Opts.Hedge = policy.Hedge{After: 1 + d.most(20), Budget: one(d, 0, 0.5, 1)}
	}
	d.flow()
	if p.stateful() && !p.Processes {
		if d.crashes {
			p.Enters = d.steps(8, "ok", "ok", "ok", "error", "panic", "goexit", "obey", "late", "ignore")
		}
		p.Exits = d.steps(8, "ok", "ok", "error", "panic", "goexit", "obey", "ignore")
	}
}

// forgiven is more crashes than a round has: where the limits must not cut in.
const forgiven = 1 << 20

// policy is one that forgives crashes, mostly. The delays of the others are short, so that they
// are over in a round.
func (d drawer) policy() policy.Crashes {
	alone := policy.Ephemeral{ColdDebt: forgiven, Debt: forgiven}
	loop := policy.Deployed{InitialDelay: ms, MaxDelay: 20 * ms, GateInitialDelay: ms, GateMaxDelay: 20 * ms, Probation: 50 * ms}
	calm := loop
	calm.ColdDebt, calm.Debt = forgiven, forgiven
	return one[policy.Crashes](d, alone, alone, calm, calm, calm, loop, policy.Ephemeral{})
}

func (d drawer) alone() {
	a := d.act(one(d, "collect", "map", "mapseq", "all", "results", "each", "feed"))
	a.At = 0
	if d.p.Body == "stream" {
		a.Does = "stream"
	} else if a.Does == "each" && d.p.Body != "plain" {
		a.Does = "collect"
	}
	d.p.Acts = []act{a}
}

func (d drawer) function() {
	p := d.p
	p.Opts.Scale = d.scale()
	p.Opts.Scale.Max = 0 // as many as Containers, to begin with
	p.Opts.Outstanding = one(d, 0, 0, 0, 3)
	for range 1 + d.IntN(16) {
		p.Acts = append(p.Acts, d.act(one(d, "call", "call", "spawn", "spawn", "submit", "group", "cancel", "gather", "feed", "collect", "map", "mapseq", "all", "all",
			"results", "drain", "preempt", "scale", "redeploy", "look")))
	}
	p.EndBy = one(d, "stop", "stop", "hurry", "context")
	p.EndAt, p.Within = d.most(d.horizon*3/2), 1+d.most(100)
}

func (d drawer) scale() mapper.Scale {
	n := d.p.Opts.Containers
	least := d.IntN(n + 1)
	return mapper.Scale{Min: least, Max: max(least+d.IntN(n-least+1), 1), Buffer: one(d, 0, 0, 2), Window: one(d, 5*ms, 20*ms, 0)}
}

// workers draws what makes the processes, and who hits them from outside.
func (d drawer) workers() {
	d.p.Workers = process.Options{Memory: one[int64](d, 0, 256<<20), Spare: one(d, 0, 0, 2)}
	if d.IntN(2) == 0 {
		for range 1 + d.IntN(6) {
			d.p.Strikes = append(d.p.Strikes, strike{
				At: d.most(600), Does: one(d, "kill", "term", "freeze"), Take: d.most(400), Nth: d.IntN(8),
			})
		}
	}
}
