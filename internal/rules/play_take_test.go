package rules_test

import "slices"

// inReach is how many fresh inputs may be begun now.
func (p *play) inReach() int { return len(p.fresh) + p.here - p.next }

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

// lowest takes the first n inputs, or as many as stand in a row.
func (p *play) lowest(n int) (inputs []int) {
	if len(p.fresh) == 0 {
		p.pass(min(p.next+n, p.here))
	}
	k := min(1, len(p.fresh))
	for k < min(n, len(p.fresh)) && p.fresh[k] == p.fresh[0]+k {
		k++
	}
	inputs, p.fresh = p.fresh[:k:k], p.fresh[k:]
	return inputs
}

// pass counts what has not been taken yet, up to an input, as given back.
func (p *play) pass(to int) {
	for ; p.next < to; p.next++ {
		p.fresh = append(p.fresh, p.next)
	}
}

// probe draws one of all that are in reach.
func (p *play) probe() int {
	k := p.random.IntN(p.inReach())
	p.pass(p.next + max(k-len(p.fresh)+1, 0))
	return p.remove(k)
}

// newest takes the call that came last.
func (p *play) newest() int {
	p.pass(p.here)
	return p.remove(len(p.fresh) - 1)
}

func (p *play) remove(k int) int {
	input := p.fresh[k]
	p.fresh = slices.Delete(p.fresh, k, k+1)
	return input
}
