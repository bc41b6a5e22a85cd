package rules_test

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// play is a run in simulated time, with the values in the place of supervisor and mapper.
type play struct {
	runCase
	random *rand.Rand
	now    time.Duration
	events events

	rules interface {
		Admit(lineage int, now time.Time) (bool, time.Duration)
		Started(lineage int, now time.Time)
		Ready(lineage int, now time.Time)
		Proven(lineage int, now time.Time)
		Finished(lineage, n int, now time.Time)
		Crash(rules.Crash) policy.Rule
		Streak() *rules.Streak
		Healthy() int
	}
	gate   *rules.Gate
	ledger *rules.Ledger
	sole   rules.Sole
	fresh  []int // was taken and given back, in order
	next   int   // from here on nobody has taken any
	here   int   // so many have come
	struck []*suspectInput
	alone  int // struck inputs in containers

	slots    []container
	begun    time.Duration // the latest begin of an attempt that has finished
	progress int64
	settled  int

	values, failures, crashes int
	innocents                 int // of failures: those whose input is good
	cutoff                    policy.Rule
}

type container struct {
	up, idle, waits bool // up: starting, too
	life            int
	inputs          []int
	begun           time.Duration
	look            time.Duration
	struck          *suspectInput
}

// suspectInput is an input that crashed.
type suspectInput struct {
	input   int
	crashed time.Duration
	on      int // lineage
	control bool
	due     time.Duration
}

type event struct {
	at   time.Duration
	seq  int
	slot int // -1: of nobody
	life int
	does func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

func newPlay(c runCase, seed uint64) *play {
	p := &play{runCase: c, random: rand.New(rand.NewPCG(seed, 7)), slots: make([]container, c.Containers), here: c.N}
	if c.Deployed {
		p.gate = rules.NewGate(policy.Deployed{}, c.Containers, p.random.Float64)
		if c.Plain {
			p.gate.Plain()
		}
		p.rules = p.gate
	} else {
		p.rules = rules.NewBudget(policy.Ephemeral{}, c.Containers, p.random.Float64)
	}
	p.ledger = rules.NewLedger(0, c.Deployed)
	if len(c.Arrive) > 0 {
		p.here = 0
	}
	for _, a := range c.Arrive { // so many, from then on, so far apart
		for k := range int(a[0]) {
			p.after(seconds(a[1]+a[2]*float64(k)), -1, func() { p.here++ })
		}
	}
	for i := range p.slots {
		p.slots[i].waits = true
	}
	return p
}

func (p *play) at() time.Time { return epoch.Add(p.now) }

func (p *play) after(d time.Duration, slot int, does func()) {
	life := 0
	if slot >= 0 {
		life = p.slots[slot].life
	}
	heap.Push(&p.events, event{at: p.now + d, seq: p.events.Len() + p.crashes<<20 + int(p.progress), slot: slot, life: life, does: does})
}

// run plays until every input is settled, or the run is given up.
func (p *play) run() {
	for p.settled < p.N && p.cutoff == 0 {
		for i := range p.slots {
			p.start(i)
		}
		for i := range p.slots {
			p.execute(i)
		}
		if len(p.events) == 0 {
			return
		}
		e := heap.Pop(&p.events).(event)
		if e.slot >= 0 && p.slots[e.slot].life != e.life {
			continue
		}
		p.now = e.at
		e.does()
	}
}

// start starts a container that waits, if the rules let it.
func (p *play) start(i int) {
	s := &p.slots[i]
	if !s.waits || p.few(i) {
		return
	}
	if ok, wait := p.rules.Admit(i, p.at()); !ok {
		if s.look <= p.now { // else it will be looked at, and whenever anything happens
			s.look = p.now + wait
			p.after(wait, -1, func() {})
		}
		return
	}
	s.waits, s.up = false, true
	s.life++
	p.rules.Started(i, p.at())
	p.after(seconds(p.RestartS), i, func() {
		s.idle = true
		p.rules.Ready(i, p.at())
		p.after(10*time.Second, i, func() { p.rules.Proven(i, p.at()) })
	})
}

// few: in doubt, with nothing healthy, only four containers are started.
func (p *play) few(i int) bool {
	if !p.rules.Streak().Doubt() || p.rules.Healthy() > 0 {
		return false
	}
	below := 0
	for j := range i {
		if p.slots[j].up || p.slots[j].waits {
			below++
		}
	}
	return below >= 4
}

// execute gives a container that is idle something to do.
func (p *play) execute(i int) {
	s := &p.slots[i]
	if !s.idle {
		return
	}
	s.inputs, s.struck = p.take(i)
	if len(s.inputs) == 0 {
		return
	}
	s.idle, s.begun = false, p.now
	took, crashes := time.Duration(0), false
	for _, x := range s.inputs {
		crashes = p.poison(x) || p.dead(p.now)
		took += p.took(crashes, p.random)
		if crashes {
			break
		}
	}
	p.after(took, i, func() {
		if crashes {
			p.crash(i)
		} else {
			p.finish(i)
		}
	})
}

func (p *play) finish(i int) {
	s := &p.slots[i]
	for _, x := range s.inputs {
		p.ledger.Cleared(x)
		p.values++
		p.progress++
	}
	p.settled += len(s.inputs)
	p.begun = max(p.begun, s.begun)
	if s.struck != nil {
		p.alone--
	}
	p.rules.Finished(i, len(s.inputs), p.at())
	s.idle = true
}

func (p *play) crash(i int) {
	s := &p.slots[i]
	p.crashes++
	looping := p.gate != nil && p.gate.Mode() != rules.GateClosed
	doubt, inReach := p.rules.Streak().Doubt(), p.inReach() > 0
	p.cutoff = p.rules.Crash(rules.Crash{
		Lineage: i, Now: p.at(), Fresh: s.struck == nil, Begun: epoch.Add(s.begun), InReach: inReach, Wanted: len(p.slots),
	})
	if s.struck != nil {
		p.alone--
	}
	for _, x := range s.inputs {
		v := p.ledger.Crash(x, rules.Trial{
			Certain: len(s.inputs) == 1, Looping: looping, Doubt: doubt, InReach: inReach,
			Control: s.struck != nil && s.struck.control, Sole: p.sole.Crash(rules.Key{Input: x}, p.progress),
		})
		if p.AtMostOnce || v.Status == rules.StatusFailed {
			p.ledger.Cleared(x)
			p.failures++
			p.settled++
			if !p.poison(x) {
				p.innocents++
			}
			continue
		}
		p.struck = append(p.struck, &suspectInput{input: x, crashed: p.now, on: i, due: p.now + v.Wait})
		p.after(v.Wait, -1, func() {})
	}
	s.up, s.waits, s.inputs = false, true, nil
	s.life++
}
