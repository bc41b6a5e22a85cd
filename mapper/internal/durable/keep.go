package durable

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// The keeper's goroutine.

// keep records what comes, commits it in groups, and recalls what is known.
func (k *Keeper) keep() {
	defer close(k.done)
	for {
		suspected := k.log.Suspected()
		if suspected {
			k.log.Alive()
		}
		closing, crashes, failure := k.take()
		if failure != nil {
			k.fail(failure)
		}
		k.note(crashes)
		for _, ch := range k.spare {
			k.record(ch)
		}
		clear(k.spare)
		k.begin()
		restored := k.restoreNext()
		if len(k.open) > 0 && (closing || len(k.waiting) > 0 || k.due()) {
			k.commit()
			k.lag.recorded(k.taken, &k.unrecorded)
		}
		k.release(closing || len(k.waiting) > 0)
		switch {
		case restored || len(k.spare) > 0:
		case len(k.waiting) > 0:
			k.flushed()
		case closing:
			k.end()
			return
		default:
			k.dozes.Store(len(k.open) > 0)
			k.news.Sleep(k.hasNews, k.deadline(suspected))
			k.dozes.Store(false)
		}
	}
}

// take takes what is to be recorded, and who waits for it.
func (k *Keeper) take() (closing bool, crashes []crash, failure error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.finished, k.spare = k.spare[:0], k.finished
	k.waiting = append(k.waiting, k.flushes...)
	k.flushes = nil
	k.begun, k.begins = k.begins, nil
	if len(k.spare) > 0 {
		k.taken = time.Now()
	}
	crashes, k.crashes = k.crashes, nil
	failure, k.failure = k.failure, nil
	return k.closing, crashes, failure
}

// note writes down crashes. They come before what else has become of their inputs.
func (k *Keeper) note(crashes []crash) {
	for _, c := range crashes {
		if k.broken {
			return
		}
		if err := k.log.Crashed(c.key, c.held); err != nil {
			k.fail(err)
		}
	}
	if len(crashes) > 0 && !k.broken {
		k.commit()
	}
}

func (k *Keeper) hasNews() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if n := len(k.finished); n >= enough || (n > 0 && len(k.open) == 0) {
		return true
	}
	return k.failure != nil || len(k.begins) > 0 || len(k.crashes) > 0 || len(k.restores) > 0 || len(k.flushes) > 0 || k.closing || (len(k.open) > 0 && k.due())
}

// due reports that what is recorded is to be committed.
func (k *Keeper) due() bool {
	return k.bytes >= commitBytes || time.Since(k.since) >= commitTime || k.run.Hurry(k.Unrecorded())
}

// deadline is when it will be at the latest, or when the next sign of life is; nil where there is
// nothing to commit, and nobody suspected.
func (k *Keeper) deadline(suspected bool) <-chan time.Time {
	left := lifeSign
	switch {
	case len(k.open) > 0:
		left = commitTime - time.Since(k.since)
	case !suspected:
		return nil
	}
	if k.timer == nil {
		k.timer = time.NewTimer(left)
	} else {
		k.timer.Reset(left)
	}
	return k.timer.C
}

// record writes down what has become of a chunk.
func (k *Keeper) record(ch *chunk.Chunk) {
	for ch != nil {
		if k.broken {
			k.lose(ch)
			return
		}
		n, bytes, err := k.log.Record(entry(ch))
		why := unfit(err)
		if err != nil && why == nil {
			k.fail(err)
			continue
		}
		k.bytes += bytes
		k.weigh(n, bytes)
		var rest *chunk.Chunk
		if why != nil {
			rest = k.refuse(ch, n, why)
		}
		if ch.N > 0 {
			k.keepOpen(ch)
		}
		ch = rest
	}
	if k.bytes >= commitBytes {
		k.commit()
	}
}

// refuse settles input n of a chunk, and returns those behind it.
func (k *Keeper) refuse(ch *chunk.Chunk, n int, why error) (rest *chunk.Chunk) {
	bad := k.run.Cut(ch, n)
	if bad.N > 1 {
		rest = k.run.Cut(bad, 1)
	}
	k.unrecorded.Add(-1)
	k.run.Refused(bad, why)
	return rest
}

func (k *Keeper) keepOpen(ch *chunk.Chunk) {
	if len(k.open) == 0 {
		k.since = time.Now()
	}
	k.open = append(k.open, ch)
}

func entry(ch *chunk.Chunk) Entry {
	e := Entry{Lo: ch.Lo, Keys: ch.Keys[:ch.N], Inputs: ch.Payload.Inputs(), Values: ch.Payload.Values(), Attempts: 1}
	if ch.Task != nil {
		e.Attempts, e.Err = ch.Task.Attempts, ch.Task.Err
	}
	return e
}

// weigh learns how large inputs are. How much that is is known only of what was recorded.
func (k *Keeper) weigh(n, bytes int) {
	if n > 0 {
		was, now := k.each.Load(), max(int64(bytes/n), 1)
		if was > 0 && now < was {
			now = was + (now-was)/8
		}
		k.each.Store(now) // what grows does so at once: a commit may take a while
	}
	k.balance()
}

// guessedEach is how large an input is taken for until the first is recorded. It is much, since they may be large, and the
// first is recorded at once.
const guessedEach = mostWaiting / 256

// balance has no more claimed where too much waits. Those that finish inputs ask, too: the keeper may wait for the disk
// meanwhile. It never blocks, and is safe for concurrent use.
func (k *Keeper) balance() {
	each := k.each.Load()
	if each == 0 {
		each = guessedEach
	}
	waits := k.unrecorded.Load() * each
	full := k.full.Load()
	if full == (waits > mostWaiting) || (full && waits > mostWaiting/2) || !k.full.CompareAndSwap(full, !full) {
		return
	}
	for told := !full; ; {
		k.run.Full(told)
		now := k.full.Load()
		if now == told {
			return
		}
		told = now // somebody has changed it, and may have told the run before
	}
}

// begin lets those begin who wait for it.
func (k *Keeper) begin() {
	if len(k.begun) == 0 {
		return
	}
	for _, b := range k.begun {
		if !k.broken {
			if err := k.log.Begin(b.ch.Lo, b.ch.Keys[:b.ch.N]); err != nil {
				k.fail(err)
			}
		}
	}
	if !k.broken {
		k.commit()
	}
	for _, b := range k.begun {
		b.done <- !k.broken
	}
	k.begun = nil
}
