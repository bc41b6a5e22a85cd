package engine

import (
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// former forms the batches of a run, one at a time: containers that formed them side by side
// would all hold a part of the same batch.
type former struct {
	r *Run

	mu    sync.Mutex
	over  bool          // the run is
	forms bool          // a batch is forming
	since time.Duration // when its first input was seen
	timer *time.Timer   // for the end of its wait
}

// ready reports that a batch should be executed now. If one is only forming, it has somebody
// woken at the end of its wait.
func (f *former) ready(who backlog.Taker) bool {
	if f.r.backlog.StruckFor(who) {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.due(who.Probe)
}

// due reports that a batch of several is to be executed, or a probe.
func (f *former) due(probe bool) bool {
	r, wait := f.r, f.r.s.Release().Body.Wait
	n := r.src.Waiting() + r.backlog.Batchable()
	switch {
	case n == 0:
		f.forms = false
		return false
	case probe:
		return true
	case n >= f.size() || r.src.Ended() || wait == 0:
		return true
	case !f.forms:
		f.forms, f.since = true, r.s.Now()
		f.alarm(wait)
		return false
	}
	return r.s.Now() >= f.since+wait
}

// size is that of a full batch. Where fewer inputs may be outstanding, a bigger one can never
// be filled.
func (f *former) size() int {
	most := f.r.Window.Size
	if f.r.Lasting {
		most = f.r.Outstanding
	}
	return min(f.r.s.Release().Body.Size, most)
}

func (f *former) alarm(d time.Duration) {
	switch {
	case f.over:
	case f.timer == nil:
		f.timer = time.AfterFunc(d, f.r.Wake)
	default:
		f.timer.Reset(d)
	}
}

// close ends the timer: the run is over.
func (f *former) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	if f.timer != nil {
		f.timer.Stop()
	}
}

// form takes a batch of at most n inputs, if one should be executed now. An input that was in
// a crash is a batch by itself: of several nobody can tell which one it was.
func (f *former) form(w *Worker, n int) []*chunk.Chunk {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.r
	if ch := w.accept(r, r.backlog.TakeAlone(w.who)); ch != nil || w.found.wantsAlone {
		if ch == nil {
			w.c.Unused(n)
			return nil
		}
		w.c.Unused(n - 1)
		return []*chunk.Chunk{ch}
	}
	if !f.due(w.who.Probe) || !w.c.Execute(false, false) {
		w.c.Unused(n)
		return nil
	}
	var batch []*chunk.Chunk
	room := min(n, f.size(), w.c.Release().Body.Size) // in a redeploy it may be an older one
	for room > 0 {
		ch := r.backlog.TakeUpTo(room)
		if ch == nil {
			ch = r.free.Get()
			if !r.src.Claim(ch, room, true) {
				r.free.Put(ch)
				break
			}
		}
		batch = append(batch, ch)
		room -= ch.N
		n -= ch.N
	}
	w.c.Unused(n)
	f.forms = false
	if r.src.Waiting() > 0 {
		w.s.Idle.Nudge()
	} else {
		r.backlog.Last()
	}
	return batch
}
