package backlog

import (
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Crash is one in which an input was executing.
type Crash struct {
	Lineage  int
	Certain  bool // it was the only input that was executing, or the one that is named
	Looping  bool // in a crash loop
	Doubt    bool // a round of inputs had crashed, and nothing has finished since
	Progress int64
}

// Crash takes in that the input was in a crash, and reports whether that was its last. If not,
// Rerun follows.
func (b *Backlog) Crash(t *chunk.Task, c Crash) (failed bool) {
	inReach := b.InReach()
	sole := b.Control.isSole(rules.Key{Run: b.Run, Input: t.Index}, c.Progress)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release(t)
	v := b.ledger.Crash(t.Index, rules.Trial{
		Certain: c.Certain, Looping: c.Looping, Doubt: c.Doubt,
		InReach: inReach, Control: t.Control, Sole: sole,
	})
	t.Crashes++
	t.Apart = false
	t.Lineage, t.CrashedAt = c.Lineage, b.Now()
	t.Due = t.CrashedAt + v.Wait
	t.Alone = v.Status == rules.StatusSuspect
	return v.Status == rules.StatusFailed
}

// Record is what is held against an input that was in crashes.
type Record = rules.Record

// Record is that.
func (b *Backlog) Record(t *chunk.Task) Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ledger.Record(t.Index)
}

// Restore has an input wait for its turn that was in crashes before this run began: it is struck like any other.
func (b *Backlog) Restore(t *chunk.Task, r Record) {
	b.mu.Lock()
	t.Alone = b.ledger.Restore(t.Index, r) == rules.StatusSuspect
	t.Crashes, t.Lineage, t.CrashedAt, t.Due = r.Crashes, nobody, b.Now(), 0
	b.mu.Unlock()
	b.Rerun(t)
}

// Rerun has a struck input wait for its turn.
func (b *Backlog) Rerun(t *chunk.Task) {
	b.mu.Lock()
	b.queue(t)
	if b.Deployed {
		b.timers.arm()
	}
	lineage := t.Lineage // from here on it may execute elsewhere
	b.mu.Unlock()
	b.Wake(lineage)
}

// Hurry has no struck input wait for a time any more: what was known of crashes is void.
func (b *Backlog) Hurry() {
	b.mu.Lock()
	for _, t := range b.struck {
		t.Due = 0
	}
	lineage := b.firstLineage()
	b.mu.Unlock()
	b.Wake(lineage)
}

// mayRun reports whether a struck input is to be executed by whoever asks, and whether it has
// its control. It does not run twice in a row in one lineage while another could have it: one
// that is busy with another struck input could not. The caller holds the lock.
func (b *Backlog) mayRun(t *chunk.Task, who Taker, now time.Duration) (ok, control bool) {
	control = b.Control.since(t.CrashedAt)
	switch {
	case !control && b.Deployed && t.Due > now:
		return false, control
	case t.Lineage == who.Lineage && who.Others > b.running:
		return false, control
	}
	return b.May == nil || b.May(t), control
}
