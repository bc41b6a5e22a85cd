package cluster

import "sync"

// A connection carries what is heavy by a budget. A server cuts off who does not read fast enough, with all that waits
// for him there, and what is sent again then is as much: several frames that are large, at once, might never get through. Inputs
// have the budget of their worker's connection until it has them, outcomes that of their caller's until it has them.
const (
	heavy  = 64 << 10 // a payload from which on the budget counts
	budget = 32 << 20 // bytes on the way to one connection; one frame alone may have more
)

// purse is the budget of one connection. The zero value is full.
type purse struct {
	mu    sync.Mutex
	out   int      // bytes that are granted
	queue []*grant // those that wait, in turn: a large one is not overtaken for ever
}

// grant is a part of a purse, once given is closed. It has to be returned.
type grant struct {
	p     *purse
	n     int
	given chan struct{}
}

// ask asks for so many bytes.
func (p *purse) ask(n int) *grant {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := &grant{p: p, n: min(n, budget), given: make(chan struct{})}
	p.queue = append(p.queue, g)
	p.serve()
	return g
}

// serve gives what there is. The caller holds mu.
func (p *purse) serve() {
	for len(p.queue) > 0 && p.out+p.queue[0].n <= budget {
		p.out += p.queue[0].n
		close(p.queue[0].given)
		p.queue = p.queue[1:]
	}
}

// has reports whether it is given.
func (g *grant) has() bool {
	select {
	case <-g.given:
		return true
	default:
		return false
	}
}

// back returns it, also one that was not given yet. That of nil is nothing.
func (g *grant) back() {
	if g == nil {
		return
	}
	p := g.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.has() {
		p.out -= g.n
	} else {
		for i, other := range p.queue {
			if other == g {
				p.queue = append(p.queue[:i:i], p.queue[i+1:]...)
				break
			}
		}
	}
	p.serve()
}
