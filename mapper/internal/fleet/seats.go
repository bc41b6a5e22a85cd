package fleet

import "github.com/longshore-go/longshore/supervisor"

// The containers of a pool, each in the seat of its lineage.

// seat makes room for n lineages.
func (p *Pool) seat(n int) {
	if old := p.seats.Load(); old != nil && n <= len(*old) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var seats []*seat
	if old := p.seats.Load(); old != nil {
		if n <= len(*old) {
			return
		}
		seats = append(seats, *old...)
		n = max(n, 2*len(seats))
	}
	more := make([]seat, n-len(seats))
	for i := range more {
		seats = append(seats, &more[i])
	}
	p.seats.Store(&seats)
}

// container is the one that is c, nil if its place is taken by another already.
func (p *Pool) container(c *supervisor.Container) *Container {
	if h := (*p.seats.Load())[c.Lineage()].Load(); h != nil && h.Container == c {
		return h
	}
	return nil
}

// Containers yields every container.
func (p *Pool) Containers(yield func(*Container) bool) { p.ContainersFrom(0, yield) }

// ContainersFrom is Containers that begins with a lineage and goes round.
func (p *Pool) ContainersFrom(lineage int, yield func(*Container) bool) {
	seats := *p.seats.Load()
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
