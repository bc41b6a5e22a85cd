package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// What the journal of a run knows never comes to a worker: it is taken out of every chunk where
// chunks are claimed.

// claim takes fresh inputs out of the source, nil where there are none.
func (r *Run) claim(want int, eager bool) *chunk.Chunk {
	for {
		ch := r.free.Get()
		if !r.src.Claim(ch, want, eager) {
			r.free.Put(ch)
			return nil
		}
		if ch = r.sift(ch); ch != nil {
			return ch
		}
		want = r.maxClaim // where one is known, others are
	}
}

// unknown is what was taken of the backlog, without what the journal knows.
func (r *Run) unknown(t backlog.Taken) backlog.Taken {
	if t.Chunk == nil {
		return t
	}
	if t.Chunk = r.sift(t.Chunk); t.Chunk == nil {
		return backlog.Taken{}
	}
	return t
}

// sift takes the known inputs out of a chunk that nobody has in hand, and returns the first of
// the others, nil if there are none. It runs none of the user's code, and may be called under a
// lock.
func (r *Run) sift(ch *chunk.Chunk) *chunk.Chunk {
	if ch == nil || r.keeper == nil || ch.Task != nil || ch.Keys != nil {
		return ch
	}
	for ch != nil {
		n, known := r.keeper.Stretch(ch.Lo, ch.N)
		rest := r.splitOff(ch, n)
		if !known {
			r.backlog.Return(rest)
			return ch
		}
		r.keeper.Restore(ch)
		ch = rest
	}
	return nil
}

// identify gives the inputs of a chunk their keys before any of them executes. One that cannot
// have one fails. It returns nil where nothing is left to execute.
func (w *Worker) identify(r *Run, ch *chunk.Chunk) *chunk.Chunk {
	if ch.Keys != nil {
		return ch
	}
	n, err := r.keeper.Identify(ch)
	if err == nil {
		return ch
	}
	w.c.Unused(ch.N - n)
	bad := r.splitOff(ch, n)
	bad.Keys = nil
	r.backlog.Return(r.splitOff(bad, 1))
	t := bad.Untried(0)
	r.free.Put(bad)
	r.fail(t, err)
	if n > 0 {
		return ch
	}
	r.free.Put(ch)
	return nil
}

// mayBegin reports that inputs which may be executed once are recorded as begun. If they cannot be,
// they are given back: the run is over.
func (w *Worker) mayBegin(r *Run, chunks ...*chunk.Chunk) bool {
	if !r.AtMostOnce {
		return true
	}
	may := true
	for _, ch := range chunks {
		may = may && r.keeper.MayBegin(ch)
	}
	if !may {
		for _, ch := range chunks {
			w.c.Unused(ch.N)
			r.backlog.Return(ch)
		}
	}
	return may
}

// identifyAll is identify for the chunks of a batch.
func (w *Worker) identifyAll(r *Run, batch []*chunk.Chunk) []*chunk.Chunk {
	var rest []*chunk.Chunk
	for _, ch := range batch {
		if ch = w.identify(r, ch); ch != nil {
			rest = append(rest, ch)
		}
	}
	return rest
}
