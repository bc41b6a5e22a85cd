package rules_test

import (
	"slices"

	"github.com/longshore-go/longshore/internal/rules"
)

// inReach is how many fresh inputs may be begun now.
func (p *play) inReach() int { return p.fresh.Len() + p.here - p.next }

// take is what a free container executes next.
func (p *play) take(i int) ([]int, *suspectInput) {
	fresh := p.inReach() > 0
	probing := fresh && p.rules.Streak().Run() > 0
	if !probing {
		if s := p.takeStruck(i, fresh); s != nil {
			return []int{s.input}, s
		}
	}
	switch {
	case !fresh:
		return nil, nil
	case probing && p.Deployed:
		return []int{p.newest()}, nil
	case probing:
		return []int{p.probe()}, nil
	}
	return p.lowest(max(p.Batch, 1)), nil
}

// takeStruck returns a struck input that may run again in that lineage: after its control, while fresh inputs are in reach,
// and in at most a quarter of the containers; else when it is due.
func (p *play) takeStruck(i int, fresh bool) *suspectInput {
	if fresh && p.alone >= max(len(p.slots)/4, 1) {
		return nil
	}
	for at, s := range p.struck {
		s.control = p.begun >= s.crashed && p.progress > 0
		if fresh && !s.control || !s.control && s.due > p.now || s.on == i && p.others(i) {
			continue
		}
		p.struck = slices.Delete(p.struck, at, at+1)
		p.alone++
		return s
	}
	return nil
}

// others: another lineage has a container or awaits one.
func (p *play) others(i int) bool {
	for j, s := range p.slots {
		if j != i && (s.up || s.waits) {
			return true
		}
	}
	return false
}

func (p *play) lowest(n int) (inputs []int) {
	r := p.fresh.TakeLowest(n)
	if r.Len() == 0 {
		r = rules.Stretch{Lo: p.next, Hi: min(p.next+n, p.here)}
		p.next = r.Hi
	}
	for x := r.Lo; x < r.Hi; x++ {
		inputs = append(inputs, x)
	}
	return inputs
}

func (p *play) probe() int {
	input, _ := p.fresh.Probe(rules.Stretch{Lo: p.next, Hi: p.here}, p.random.IntN)
	if input >= p.next {
		p.fresh.Add(p.next, input)
		p.next = input + 1
	}
	return input
}

// newest takes the call that came last.
func (p *play) newest() int {
	p.fresh.Add(p.next, p.here)
	p.next = p.here
	input, _ := p.fresh.TakeHighest()
	return input
}
