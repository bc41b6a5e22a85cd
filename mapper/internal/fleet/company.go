package fleet

import "github.com/longshore-go/longshore/mapper/internal/park"

// Join has a worker look for work. It reports false if another is alone, or waits to be, else
// whether nobody else executes anything, and whether an input that was in a crash does.
// Leave follows.
func (c *Container) Join(w Worker) (ok, alone, beside bool) {
	if len(c.workers) == 1 {
		return true, true, false
	}
	g := &c.company
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closedTo(w) {
		return false, false, false
	}
	g.n++
	return true, g.n == 1, g.struck
}

// closedTo reports that the worker must not look for work now.
func (g *company) closedTo(w Worker) bool {
	return g.alone || (g.reserved != nil && (g.reserved != w || g.n > 0))
}

// open wakes those who may look for work again. None of them is lost: whoever does not find
// any sleeps elsewhere.
func (g *company) open() {
	for g.lot.WakeOne() {
		continue
	}
}

// Execute says what a worker that has joined has found. It reports false if that must not be
// executed beside what is executed by now. Only then a reservation has served its end: whoever
// joined before would be in the way of what is to be alone.
func (c *Container) Execute(w Worker, struck, alone bool) bool {
	if len(c.workers) == 1 {
		return true
	}
	g := &c.company
	g.mu.Lock()
	defer g.mu.Unlock()
	if (alone && g.n > 1) || (struck && g.struck) {
		return false
	}
	g.struck, g.alone = g.struck || struck, alone
	g.release(w)
	return true
}

// release ends the worker's reservation, if it has one.
func (g *company) release(w Worker) {
	if g.reserved == w {
		g.reserved = nil
		g.open()
	}
}

// Leave is the end of what Join began, with what the worker has executed. One that has found
// what it may execute only alone reserves the container: nobody joins until it has.
func (c *Container) Leave(w Worker, struck, alone, reserve bool) {
	if len(c.workers) == 1 {
		return
	}
	g := &c.company
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n--
	g.struck, g.alone = g.struck && !struck, g.alone && !alone
	g.release(w)
	if reserve && g.n > 0 && g.reserved == nil {
		g.reserved = w
	}
	if alone || (g.n == 0 && g.reserved != nil) {
		g.open()
	}
}

// Closed reports that the worker must not look for work now.
func (c *Container) Closed(w Worker) bool {
	if len(c.workers) == 1 {
		return false
	}
	g := &c.company
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closedTo(w)
}

// Beside reports that an input executes that was in a crash.
func (c *Container) Beside() bool {
	if len(c.workers) == 1 {
		return false
	}
	g := &c.company
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.struck
}

// Lot is where a worker sleeps that fills the slot, and whether that is because it must not look
// for work. One that sleeps for another reason has no use for its reservation.
func (c *Container) Lot(w Worker, slot int) (lot *park.Lot, closed bool) {
	switch {
	case c.shutOut(w):
		return &c.company.lot, true
	case slot < c.p.TargetInputs:
		return &c.p.Idle, false
	default:
		return &c.p.Burst, false
	}
}

func (c *Container) shutOut(w Worker) bool {
	if len(c.workers) == 1 {
		return false
	}
	g := &c.company
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closedTo(w) {
		return true
	}
	g.release(w)
	return false
}

// Rouse wakes the worker, wherever it sleeps.
func (c *Container) Rouse(slot int, w park.Wakeup) {
	if slot < c.p.TargetInputs {
		c.p.Idle.Rouse(w)
	} else {
		c.p.Burst.Rouse(w)
	}
	c.company.lot.Rouse(w)
}
