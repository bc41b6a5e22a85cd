package engine

import (
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
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
// have one fails, and those that may have killed the process are set apart. It returns nil where
// nothing is left to execute, and false if the worker was given up over it, with those beside it.
func (w *Worker) identify(r *Run, ch *chunk.Chunk, beside ...*chunk.Chunk) (left *chunk.Chunk, ok bool) {
	if ch.Keys == nil {
		w.asks(r, ch, beside...)
		keys, n, err := r.keeper.Identify(ch)
		if !w.answered() {
			return nil, false
		}
		if ch.Keys = keys; err != nil {
			bad, rest := w.takeOut(r, ch, n)
			rest.Keys = nil
			r.backlog.Return(some(rest))
			bad.Keys = nil // so that it is not recorded
			r.fail(bad, err)
			ch = some(ch)
		}
	}
	if ch != nil && r.keeper.Suspected() && !r.suspects.runs(w) {
		ch = w.setApart(r, ch, r.suspected)
	}
	if ch != nil && r.keeper.Struck() && ch.Task == nil {
		ch = w.setApart(r, ch, r.struckBefore)
	}
	return ch, true
}

// setApart takes inputs out of a chunk that have something held against them. which says of each whether that is so, and
// what is to become of it.
func (w *Worker) setApart(r *Run, ch *chunk.Chunk, which func(chunk.Key) (then func(*chunk.Task))) *chunk.Chunk {
	for i := 0; i < ch.N; i++ {
		then := which(ch.Keys[i])
		if then == nil {
			continue
		}
		t, rest := w.takeOut(r, ch, i)
		then(t)
		if i > 0 {
			r.backlog.Return(some(rest))
			return ch
		}
		r.free.Put(ch)
		ch, i = rest, -1
	}
	return some(ch)
}

// suspected is what becomes of an input that may have killed the process.
func (r *Run) suspected(key chunk.Key) func(*chunk.Task) {
	s := r.keeper.Suspicion(key)
	if s.Deaths == 0 {
		return nil
	}
	return func(t *chunk.Task) {
		if s.Guilty {
			t.Keys = nil
			r.fail(t, r.Errors.Death(s.Deaths))
			return
		}
		t.Err = r.Errors.Death(s.Deaths)
		r.emitInput(supervisor.InputRerun, t, s.Wait)
		r.suspects.add(t, s.Wait, r.Wake)
	}
}

// struckBefore is what becomes of an input that has crashed its container in an earlier life.
func (r *Run) struckBefore(key chunk.Key) func(*chunk.Task) {
	c, any := r.keeper.Crashes(key)
	if !any {
		return nil
	}
	return func(t *chunk.Task) { r.backlog.Restore(t, backlog.Record(c)) }
}

// takeOut takes input i out of a chunk, which ends before it, and returns that and those behind it.
func (w *Worker) takeOut(r *Run, ch *chunk.Chunk, i int) (t *chunk.Task, rest *chunk.Chunk) {
	w.c.Unused(ch.N - i)
	if t = ch.Task; t == nil {
		t = ch.Untried(i)
	}
	if rest = r.tail(ch, i+1, ch.N); rest == nil {
		rest = r.free.Get()
	}
	ch.N = i
	return t, rest
}

// some is the chunk, nil if it is empty.
func some(ch *chunk.Chunk) *chunk.Chunk {
	if ch.N == 0 {
		return nil // whoever looks for memory finds it by itself
	}
	return ch
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
func (w *Worker) identifyAll(r *Run, batch []*chunk.Chunk) (rest []*chunk.Chunk, ok bool) {
	for i, ch := range batch {
		var beside []*chunk.Chunk
		if ch.Keys == nil { // else nothing is asked
			beside = slices.Concat(rest, batch[i+1:])
		}
		if ch, ok = w.identify(r, ch, beside...); !ok {
			return nil, false
		}
		if ch != nil {
			rest = append(rest, ch)
		}
	}
	return rest, true
}
