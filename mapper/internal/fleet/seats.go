package fleet

import "github.com/longshore-go/longshore/supervisor"

// The containers of a pool, each in the seat of its lineage.

// seated is the seats there are.
func (p *Pool) seated() []*seat {
	if seats := p.seats.Load(); seats != nil {
		return *seats
	}
	return nil
}

// seat makes room for n lineages, and for more that may follow.
func (p *Pool) seat(n int) {
	if n <= len(p.seated()) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	had := p.seated()
	if n <= len(had) {
		return // somebody else has
	}
	seats := make([]*seat, max(n, 2*len(had)))
	more := make([]seat, len(seats)-copy(seats, had))
	for i := range more {
		seats[len(had)+i] = &more[i]
	}
	p.seats.Store(&seats)
}

// container is the one that is c, nil if it has not come to its place yet, or that is taken by another already.
func (p *Pool) container(c *supervisor.Container) *Container {
	seats := p.seated()
	if c.Lineage() >= len(seats) {
		return nil
	}
	if h := seats[c.Lineage()].Load(); h != nil && h.Container == c {
		return h
	}
	return nil
}

// Containers yields every container.
func (p *Pool) Containers(yield func(*Container) bool) { p.ContainersFrom(0, yield) }

// ContainersFrom is Containers that begins with a lineage and goes round.
func (p *Pool) ContainersFrom(lineage int, yield func(*Container) bool) {
	seats := p.seated()
	for i := range seats {
		if c := seats[(lineage+i)%len(seats)].Load(); c != nil && !yield(c) {
			return
		}
	}
}

// Workers yields every worker.
func (p *Pool) Workers(yield func(Worker) bool) {
	for c := range p.Containers {
		for _, w := range c.workers {
			if !yield(w) {
				return
			}
		}
	}
}

// ByID is the container with that number, nil if it has ended.
func (p *Pool) ByID(id int) *Container {
	for c := range p.Containers {
		if c.ID() == id && !c.Disowned() {
			return c
		}
	}
	return nil
}
