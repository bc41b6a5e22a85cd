package history

import (
	"cmp"
	"slices"
	"time"
)

// Lane is what one slot has done in the last minute: its containers one after the other.
type Lane struct {
	Slot      int     `json:"slot"`
	Container int     `json:"container"` // the latest of them
	Attempts  int     `json:"attempts"`
	Failed    int     `json:"failed"`
	Crashes   int     `json:"crashes"`
	Blocks    []Block `json:"blocks"` // the oldest first
}

// Block is an attempt, or several of one outcome with hardly a gap between them.
type Block struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Outcome string    `json:"outcome"` // succeeded failed crashed running
}

const (
	// LaneSpan is how much of the past a lane has.
	LaneSpan = time.Minute

	// MaxLanes is how many a page has room for.
	MaxLanes = 32

	laneGap = LaneSpan / 300 // that nobody would see
)

// Lanes is the slots that have worked for the run in the minute before a moment, or of the function, by number: at most
// 32, of more those in which most has crashed. Of a run that has ended it is its last minute. It is false if the run is not kept.
func (b *Book) Lanes(id uint64, until time.Time) ([]Lane, bool) {
	r := b.find(id)
	if r == nil {
		return nil, false
	}
	now, home := time.Now(), r.containers()
	if end := r.endedAt(); !end.IsZero() {
		until = end
	}
	bySlot := home.lanes(until, func(run uint64) bool { return r == home || run == id })
	for _, c := range r.busy() {
		if began := now.Add(-c.Since); began.Before(until) {
			bySlot.add(c.Lineage, c.ID, Block{began, until, running}, 0, 0)
		}
	}
	all := make([]Lane, 0, len(bySlot))
	for _, lane := range bySlot {
		lane.tidy()
		all = append(all, *lane)
	}
	slices.SortFunc(all, func(a, b Lane) int { return cmp.Or(b.Crashes-a.Crashes, a.Slot-b.Slot) })
	all = all[:min(len(all), MaxLanes)]
	slices.SortFunc(all, func(a, b Lane) int { return a.Slot - b.Slot })
	return all, true
}

func (r *record) endedAt() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// laneMap is lanes by slot.
type laneMap map[int]*Lane

func (m laneMap) add(slot, container int, block Block, attempts, failed int) {
	lane := m[slot]
	if lane == nil {
		lane = &Lane{Slot: slot, Container: container}
		m[slot] = lane
	}
	lane.Container = max(lane.Container, container)
	lane.Attempts += attempts
	lane.Failed += failed
	if block.Outcome == crashed {
		lane.Crashes++
	}
	lane.Blocks = append(lane.Blocks, block)
}

// lanes is what has ended in the minute before, of the runs that are asked for.
func (r *record) lanes(until time.Time, of func(run uint64) bool) laneMap {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, since := laneMap{}, until.Add(-LaneSpan)
	if r.attempts.full() && r.attempts.oldest().ended.After(since) {
		since = r.attempts.oldest().ended // before it nothing is kept but crashes, which would stand alone
	}
	for a := range r.attempts.latest() {
		if a.ended.Before(since) {
			break
		}
		if life := r.crew.lives[a.container]; life != nil && of(a.run) && !a.ended.After(until) {
			outcome := succeeded
			if a.failed > 0 {
				outcome = failed
			}
			begin := a.ended.Add(-a.took * time.Duration(a.count))
			m.add(life.lineage, a.container, Block{begin, a.ended, outcome}, int(a.count), int(a.failed))
		}
	}
	for crash := range r.crew.crashes.latest() {
		if crash.Time.Before(since) {
			break
		}
		if of(crash.Run) && !crash.Time.After(until) {
			m.add(crash.Lineage, crash.Container, Block{crash.Time, crash.Time, crashed}, 0, 0)
		}
	}
	return m
}

// tidy puts blocks in order, and makes one of those that look like one.
func (l *Lane) tidy() {
	slices.SortFunc(l.Blocks, func(a, b Block) int { return a.From.Compare(b.From) })
	kept := l.Blocks[:0]
	for _, block := range l.Blocks {
		if n := len(kept); n > 0 && kept[n-1].Outcome == block.Outcome && block.From.Sub(kept[n-1].To) < laneGap {
			if block.To.After(kept[n-1].To) {
				kept[n-1].To = block.To
			}
			continue
		}
		kept = append(kept, block)
	}
	l.Blocks = kept
}
