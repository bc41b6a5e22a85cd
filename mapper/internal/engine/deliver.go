package engine

import (
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// Next returns the next chunk to deliver, nil when the run has ended and nothing of it is left
// to deliver. A chunk with a Task has the Err of that for all its inputs; one with Lo -1
// has no input, and says why the run ended.
func (r *Run) Next() *chunk.Chunk {
	ch := r.next()
	if ch != nil && ch.Task != nil && ch.Task.Ended {
		r.causeDelivered = true
	}
	return ch
}

func (r *Run) next() *chunk.Chunk {
	for {
		switch r.stage {
		case live:
			if ch := r.await(); ch != nil {
				if !ch.Silent {
					return ch
				}
				r.Delivered(ch)
				continue
			}
			r.stage = r.afterLive()
		case finished:
			failed := r.ending.Load().failed
			if ch := r.results.Skip(failed.Index); ch != nil {
				return ch
			}
			r.stage, r.uncounted = delivered, true
			return r.free.Failure(failed)
		case aborted:
			ch := r.nextAborted()
			if ch == nil || (ch.Task != nil && ch.Task.Err != nil && !r.ReturnExceptions) {
				r.stage = delivered
			}
			return ch
		default:
			return nil
		}
	}
}

// afterLive is what follows the last chunk of a live run.
func (r *Run) afterLive() stage {
	if r.ending.Load().failed != nil {
		r.sweep()
		if r.keeper != nil {
			r.keeper.Flush()
		}
	}
	switch {
	case r.Cause() == nil:
		return delivered
	case r.ending.Load().failed != nil:
		return finished
	}
	r.Join()
	r.Abort()
	return aborted
}

// nextAborted is the next chunk of a run that ended early for no input's failure.
func (r *Run) nextAborted() *chunk.Chunk {
	if ch := r.results.Pop(); ch != nil {
		return ch
	}
	r.uncounted = true
	want := pace.MaxClaim
	if !r.ReturnExceptions {
		want = 1
	}
	ch := r.free.Get()
	if r.rest(ch, want) {
		ch.Task = &chunk.Task{Index: ch.Lo, Err: r.Cause(), Ended: true}
		ch.Grow()
		return ch
	}
	if r.causeDelivered {
		return nil
	}
	ch.Lo, ch.N, ch.Task = -1, 0, &chunk.Task{Index: -1, Err: r.Cause(), Ended: true}
	return ch
}

// rest takes up to want of the inputs that an ended run has not taken, and reports whether there were any.
func (r *Run) rest(ch *chunk.Chunk, want int) bool {
	switch src := r.src.(type) {
	case *intake.Slice:
		return src.Rest(ch, want)
	case *intake.Resumed:
		return src.Rest(ch, want)
	case *intake.Frontier:
		return src.Rest(ch, want, math.MaxInt)
	}
	return false
}

// Delivered recycles a chunk of which every result has been delivered.
func (r *Run) Delivered(ch *chunk.Chunk) {
	n := ch.N
	r.free.Put(ch)
	if r.uncounted {
		return
	}
	r.Window.Delivered.Add(int64(n))
	r.refill(min(r.Window.Size/2, r.Window.Size-r.Containers))
}

// Abort settles every taken input that the joined run left unsettled with the cause.
func (r *Run) Abort() {
	tasks, chunks := r.backlog.Unsettled()
	tasks = append(tasks, r.suspects.drain()...)
	if r.aside != nil {
		chunks = append(chunks, r.aside.Drain()...)
	}
	for _, ch := range chunks {
		tasks = appendTasks(tasks, ch)
	}
	slices.SortFunc(tasks, func(a, b *chunk.Task) int { return a.Index - b.Index })
	for _, t := range tasks {
		r.abortOne(t)
	}
	if r.frontier != nil {
		// Between those that were taken there may be others. What is beyond the window is for rest.
		for ch := r.free.Get(); r.frontier.Rest(ch, pace.MaxClaim, r.Window.Limit()); {
			for _, t := range appendTasks(nil, ch) {
				r.abortOne(t)
			}
		}
	}
	if r.iterator == nil {
		return
	}
	r.Window.Full.Store(false) // for good: nobody executes any more
	for ch := r.free.Get(); r.iterator.Claim(ch, pace.MaxClaim, true); {
		for _, t := range appendTasks(nil, ch) {
			r.abortOne(t)
		}
	}
}

// appendTasks makes a task of each input of a chunk that was not begun.
func appendTasks(tasks []*chunk.Task, ch *chunk.Chunk) []*chunk.Task {
	if ch.Task != nil {
		return append(tasks, ch.Task)
	}
	for i := range ch.N {
		tasks = append(tasks, ch.Untried(i))
	}
	return tasks
}

func (r *Run) abortOne(t *chunk.Task) {
	t.Err, t.Ended = r.Cause(), true
	r.cancelled.Add(1)
	r.failed.Add(1)
	r.sink.Put(r.free.Failure(t))
}

// refill wakes those who wait for room in the window, once there is at least so much.
func (r *Run) refill(room int) {
	free := r.Window.Limit() - r.src.Taken()
	if free < max(room, 1) {
		return
	}
	if r.iterator != nil {
		r.iterator.Room()
	} else {
		r.s.Idle.Nudge()
	}
}

// await returns the next chunk to deliver, nil once the run is over and nothing more will
// come in turn. An emitter that has nothing to do first makes sure that nobody waits for it.
// If no news comes for a while, it takes what is finished out of the containers' hands: a
// chunk is the work of that while, so that they must have met something slow. (To do so at
// once would keep it busy with crumbs.)
func (r *Run) await() *chunk.Chunk {
	patience := minPatience
	var idle time.Duration
	for turn := 0; ; turn++ {
		if ch := r.results.Pop(); ch != nil {
			return ch
		}
		switch {
		case r.ending.Load() != nil:
			return r.lastWord()
		case turn == 0:
			idle = r.s.Now()
			fallthrough
		case turn < park.Spins:
			runtime.Gosched()
			continue
		}
		r.refill(1)
		switch {
		case r.stealable.Load() == 0:
			r.reader.Sleep(r.hasNews, nil)
		case r.s.Now() == idle && r.sweep(): // a synctest bubble takes no time at all
		default:
			r.reader.Sleep(r.hasNews, r.alarm(patience))
			if !r.hasNews() {
				r.sweep()
				patience = min(2*patience, maxPatience)
			}
		}
	}
}

// How long a finished result may stay in a container's hands because the next input of its
// chunk, against all experience, is slow.
const (
	minPatience = 100 * time.Microsecond
	maxPatience = 10 * time.Millisecond
)

// lastWord is what await returns when the run is over: everything is settled, so the next
// chunk is there if there is one; or the run ended early.
func (r *Run) lastWord() *chunk.Chunk {
	if r.Cause() == nil {
		return r.results.Pop()
	}
	return nil
}

// hasNews reports that a sleeping emitter has something to do.
func (r *Run) hasNews() bool { return r.results.Waiting() || r.ending.Load() != nil }

// sweep publishes the finished part of every chunk in hand, and reports whether there was
// any.
func (r *Run) sweep() bool {
	found := false
	for w := range r.s.workers {
		found = w.front(r) || found
	}
	return found
}
