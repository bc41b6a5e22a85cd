package durable

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// What the run is told of, once it is safe, and how a log ends.

// commit tells the run of what is recorded, once that is safe.
func (k *Keeper) commit() {
	err := k.log.Commit()
	open := k.open
	k.open, k.bytes = k.open[:0], 0
	for _, ch := range open {
		if err != nil {
			k.lose(ch)
			continue
		}
		k.unrecorded.Add(int64(-ch.N))
		k.recorded.Add(int64(ch.N))
		k.held = append(k.held, ch)
	}
	clear(open)
	k.release(false)
	if err != nil {
		k.fail(err)
	}
	k.balance()
}

// release tells the run of what is committed, once it was told of what comes before that. At the end
// that is not waited for.
func (k *Keeper) release(end bool) {
	if len(k.held) == 0 || (k.before > 0 && !end && !k.broken && !k.run.Leaves()) {
		return
	}
	held := k.held
	k.held = nil
	for _, ch := range held {
		k.run.Recorded(ch)
	}
	clear(held)
	k.held = held[:0]
}

// fail is the end of the log.
func (k *Keeper) fail(err error) {
	if k.broken {
		return
	}
	k.broken = true
	k.release(true)
	for _, ch := range k.open { // not committed, and never will be
		k.lose(ch)
	}
	clear(k.open)
	k.open, k.bytes = k.open[:0], 0
	k.run.Broken(err)
}

func (k *Keeper) lose(ch *chunk.Chunk) {
	k.unrecorded.Add(int64(-ch.N))
	k.run.Lost(ch)
}

// flushed tells those who wait.
func (k *Keeper) flushed() {
	for _, w := range k.waiting {
		close(w)
	}
	k.waiting = nil
}

// end closes the log.
func (k *Keeper) end() {
	if k.timer != nil {
		k.timer.Stop()
	}
	for _, ch := range k.returned {
		if ch.Keys == nil || k.broken {
			continue
		}
		if err := k.log.Return(ch.Lo, ch.Keys[:ch.N]); err != nil {
			k.fail(err)
		}
	}
	if len(k.returned) > 0 && !k.broken {
		k.commit()
	}
	if err := k.log.Close(); err != nil && !k.broken {
		k.run.Broken(err)
	}
}
