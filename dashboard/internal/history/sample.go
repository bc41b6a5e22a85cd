package history

import (
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// sample reads the numbers once a second, and the last of them at the end. Then it waits for the
// events that are on their way, and lets go of the view.
func (r *record) sample(v mapper.View) {
	defer close(r.done)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			r.tick(v, time.Now())
		case <-v.Done():
			r.end(v, time.Now())
			close(r.closed)
			r.await()
			r.close()
			r.book.retire(r)
			return
		case <-r.quit:
			r.tick(v, time.Now())
			r.leave()
			return
		}
	}
}

// leave lets go of the view of a run that is not sampled any more.
func (r *record) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.view, r.final = nil, nil
	r.inputs.forgetAll()
}

// await waits until the end was told of. That event may be lost.
func (r *record) await() {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-r.over:
	case <-timer.C:
	case <-r.quit:
	}
}

// tick takes in the numbers of one second.
func (r *record) tick(v mapper.View, now time.Time) {
	counts, pool, used := v.Counts(), r.look(v), r.weigh(v)
	var alive map[int]bool
	if r.dropped.Load() > 0 {
		alive = living(pool)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := r.note(counts, pool, now, &r.times)
	r.series.weighed(used)
	r.crew.weighed(used, now)
	if changed {
		r.version.Add(1)
		r.book.version.Add(1)
	}
	if alive != nil {
		r.crew.settle(alive, r.series.before)
	}
}

// look is the state of containers of its own. Those of a function are its business: a thousand
// runs on it need not ask for them a thousand times.
func (r *record) look(v mapper.View) supervisor.Snapshot {
	if r.above != nil {
		return supervisor.Snapshot{}
	}
	return v.Pool()
}

// note takes in numbers, and reports whether there is something new to show. The caller holds
// r.mu.
func (r *record) note(counts mapper.Counts, pool supervisor.Snapshot, now time.Time, t *times) bool {
	crashes := pool.Crashes
	if r.above != nil {
		crashes = r.crashes
	}
	r.states, pool.Containers = lineages(pool), nil
	r.loop.seen(pool, r.pool, now)
	r.incidents.refuse(counts.Refused)
	changed := r.series.note(counts, crashes, now, t) || counts != r.counts || figuresOf(pool) != figuresOf(r.pool)
	r.counts, r.pool = counts, pool
	return changed
}

// end takes in the last numbers.
func (r *record) end(v mapper.View, now time.Time) {
	counts, pool, err := v.Counts(), r.look(v), v.Err()
	said, status := wholeErrorOf(err), Status(mapper.OutcomeOf(v)) // not under the lock: methods of err are called
	at, failed := guard.As[*mapper.InputError](err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if failed {
		r.at = at.Index
	}
	r.note(counts, pool, now, nil) // its last attempts may not have been told of
	r.series.end(counts, now.Sub(r.started))
	r.ended, r.err, r.status = now, said, status
	r.incidents.end(now, counts.Refused)
	r.incidents.settle(pool.Crashes)
	r.view = nil
	r.inputs.forgetAll() // nothing takes them any more
	r.version.Add(1)
}

// close makes what is kept as small as it may be from now on.
func (r *record) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.final = nil
	r.series.late(&r.times)
	r.times.end()
	r.attempts.shrink(endedAttempts)
	r.version.Add(1)
}

// describe describes the inputs that have succeeded last while they are at hand.
func (r *record) describe(v mapper.View) map[int]string {
	if r.book.describe == nil {
		return nil
	}
	r.mu.Lock()
	done := r.lastDone()
	r.mu.Unlock()
	names := map[int]string{}
	for _, a := range done {
		if value, ok := v.Value(a.input); ok {
			names[a.input] = r.book.say(value)
		}
	}
	return names
}
