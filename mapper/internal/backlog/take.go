package backlog

import (
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Taker is who asks for something to do.
type Taker struct {
	Lineage int
	Others  int  // lineages that have a container, or await one
	Probe   bool // a fresh input has crashed and nothing has finished since
	Alone   bool // nothing else executes in its container
	Beside  bool // a struck input does
}

// Taken is what there was.
type Taken struct {
	Chunk      *chunk.Chunk // nil: nothing
	Struck     bool         // it was in a crash, and is not to be executed beside another such
	Alone      bool         // nothing is to be executed beside it
	WantsAlone bool         // there is nothing, but would be for a container that executes nothing
}

// Take returns the most urgent of what waits here, at most n inputs, or a probe. It returns
// nothing where there is none, or where what is fresh is to be claimed in order from the source.
func (b *Backlog) Take(who Taker, n int) Taken { return b.wakeNext(b.take(who, n)) }

func (b *Backlog) take(who Taker, n int) Taken {
	b.mu.Lock()
	defer b.mu.Unlock()
	fresh := b.InReach()
	switch {
	case fresh && who.Probe:
		return b.takeProbe(who)
	case fresh && b.running < b.Quota:
		if t := b.takeStruck(who, true); t != (Taken{}) {
			return t
		}
	}
	if ch := b.takeDue(); ch != nil {
		return Taken{Chunk: ch}
	}
	if !fresh {
		return b.takeStruck(who, false)
	}
	return Taken{Chunk: b.takeReturned(n)}
}

// TakeAlone is Take for batches: an input that is a batch by itself. Once nothing fresh is in
// reach, parts of failed batches and due retries are before those that were in a crash; but not
// retries that wait for others to fill their batch, which is not due.
func (b *Backlog) TakeAlone(who Taker, due bool) Taken { return b.wakeNext(b.takeAlone(who, due)) }

func (b *Backlog) takeAlone(who Taker, due bool) Taken {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch fresh := b.InReach(); {
	case fresh && who.Probe:
		return b.takeProbe(who)
	case fresh && b.running < b.Quota:
		return b.takeStruck(who, true)
	case !fresh && len(b.parts) == 0 && (len(b.dueRetries) == 0 || !due):
		return b.takeStruck(who, false)
	}
	return Taken{}
}

// wakeNext has somebody come for the next struck input where one was taken: several may have
// waited for the same time or control, for which one sleeper was woken.
func (b *Backlog) wakeNext(t Taken) Taken {
	if t.Struck {
		b.Reconsider()
	}
	return t
}

// firstLineage is that in which the first of the struck inputs crashed. The caller holds the lock.
func (b *Backlog) firstLineage() int {
	if len(b.struck) == 0 {
		return nobody
	}
	return b.struck[0].Lineage
}

// TakeUpTo is Take for batches: at most n inputs that were in no crash.
func (b *Backlog) TakeUpTo(n int) *chunk.Chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ch := b.takeDue(); ch != nil {
		return ch
	}
	return b.takeReturned(n)
}

// takeProbe is one fresh input, alone.
func (b *Backlog) takeProbe(who Taker) Taken {
	switch {
	case b.elsewhere():
		return Taken{}
	case !who.Alone:
		return Taken{WantsAlone: true}
	}
	return Taken{Chunk: b.probe(), Alone: true}
}

// elsewhere reports that whatever fresh there is is in a source whose claims have turns: a probe is for the worker to claim, if
// any input may begin now, and until then nothing here is for it. It does not look how much that is: others claim, and an
// iterator pulls, from one look to the next.
func (b *Backlog) elsewhere() bool { return b.InTurn && b.fresh.Load() == 0 }

// Struck reports that an input waits that was in a crash.
func (b *Backlog) Struck() bool { return b.crowd.Load() > 0 }

// Reconsider has somebody look at struck inputs: what has kept them may be gone, since the last
// fresh input is claimed, or there are fewer lineages.
func (b *Backlog) Reconsider() {
	if !b.Struck() {
		return
	}
	b.mu.Lock()
	lineage := b.firstLineage()
	b.mu.Unlock()
	b.Wake(lineage)
}

// For reports that there is something for whoever asks.
func (b *Backlog) For(who Taker) bool { return b.fresh.Load() > 0 || b.UrgentFor(who) }

// UrgentFor reports that a retry is due, or there is a struck input for whoever asks.
func (b *Backlog) UrgentFor(who Taker) bool {
	if who.Probe && b.elsewhere() && b.Source().Waiting() > 0 {
		return false
	}
	return b.due.Load() > 0 || b.StruckFor(who)
}

// StruckFor reports that there is a struck input for whoever asks.
func (b *Backlog) StruckFor(who Taker) bool {
	if b.crowd.Load() == 0 || who.Beside {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	fresh := b.InReach()
	at, _ := b.findStruck(who, fresh)
	return at >= 0 && (!fresh || b.running < b.Quota)
}

func (b *Backlog) takeDue() *chunk.Chunk {
	if len(b.dueRetries) == 0 {
		return nil
	}
	b.due.Add(-1)
	return b.Free.Attempt(shift(&b.dueRetries))
}

// takeReturned returns at most n of the inputs that were given back: those of the lowest
// index, since an ordered run waits for them, and a stream even holds containers meanwhile.
func (b *Backlog) takeReturned(n int) *chunk.Chunk {
	ch := b.returned.takeLowest(n)
	if ch != nil {
		b.fresh.Add(int64(-ch.N))
	}
	return ch
}

// takeStruck returns an input that was in a crash. While fresh ones are in reach, it needs its
// control.
func (b *Backlog) takeStruck(who Taker, fresh bool) Taken {
	at, control := b.findStruck(who, fresh)
	if at < 0 {
		return Taken{}
	}
	t := b.struck[at]
	switch {
	case t.Alone && !who.Alone:
		return Taken{WantsAlone: true}
	case who.Beside:
		return Taken{}
	}
	b.struck = slices.Delete(b.struck, at, at+1)
	b.wait(-1)
	b.running++
	t.Running, t.Control = true, control
	return Taken{Chunk: b.Free.Attempt(t), Struck: true, Alone: t.Alone}
}

// findStruck is the position of the first that whoever asks may execute, -1 for none. They
// are in the order of their crashes: where one has no control, those behind it have none.
func (b *Backlog) findStruck(who Taker, fresh bool) (at int, control bool) {
	now := b.Now()
	for at, t := range b.struck {
		ok, control := b.mayRun(t, who, now)
		if fresh && !control {
			break
		}
		if ok {
			return at, control
		}
	}
	return -1, false
}

// shift takes the first element.
func shift[T any](s *[]T) T {
	var none T
	first := (*s)[0]
	(*s)[0] = none
	*s = (*s)[1:]
	return first
}
