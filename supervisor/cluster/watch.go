package cluster

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// How a caller finds out that a machine is gone.
const (
	probeEvery = 250 * time.Millisecond
	goneTime   = 750 * time.Millisecond // the server has said so long that nobody hears that worker
)

// watch is the goroutine that asks machines whether they live. It ends with the runtime.
func (r *Runtime) watch() {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	deserted, last := false, time.Now()
	told := teller{r: r}
	for {
		select {
		case <-r.quit:
			return
		case <-r.members.shares.wished:
			told.tell(time.Now())
			continue
		case <-tick.C:
		}
		now := time.Now()
		told.tell(now)
		if !r.nc.IsConnected() || stood(last, now) {
			r.back.Store(now.UnixNano()) // it is we who hear nothing
		}
		last = now
		if !r.nc.IsConnected() {
			r.link.stuck(r.nc)
			continue
		}
		for _, id := range r.members.look(now, now.Sub(time.Unix(0, r.back.Load())) < r.opts.Lost, r.opts.Lost, &deserted) {
			_ = r.nc.PublishRequest(aliveSubject(id), pulseSubject(r.id, id), []byte(r.id))
		}
	}
}

// teller tells other callers what this one wishes: at once when that has changed, but not for each change of many.
type teller struct {
	r    *Runtime
	wish int
	at   time.Time
}

const wishPause = 20 * time.Millisecond

func (t *teller) tell(now time.Time) {
	wish := t.r.members.ownWish()
	since := now.Sub(t.at)
	if since < wishPause || wish == t.wish && (wish == 0 || since < wishEvery) {
		return // the next tick comes soon
	}
	t.wish, t.at = wish, now
	t.r.wish(wish)
}

func (r *Runtime) wish(n int) {
	_ = r.nc.Publish(wishSubject, encode(wish{Caller: r.id, Version: Version(), Wish: n}))
}

// stood reports that this process itself stood still since the last tick, as one that is stopped does: others are not
// silent because nobody has listened.
func stood(last, now time.Time) bool { return now.Sub(last) > 4*probeEvery }

// look gives up who was not heard for too long, and returns who is to be asked. Just after our own return nobody is given
// up: others may still be on their way back.
func (s *members) look(now time.Time, fresh bool, lost time.Duration, deserted *bool) (ask []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was := *deserted; s.deserted(now) != was {
		*deserted = !was
		s.ring(now)
	}
	s.orphans.expire(now)
	s.forgetRivals(now)
	for id, m := range s.all {
		switch {
		case fresh:
		case !m.refused.IsZero() && now.Sub(m.refused) >= goneTime:
			s.lose(m, "its process is gone", supervisor.MachineLost)
			continue
		case now.Sub(m.heard) >= lost:
			s.lose(m, "it is silent", supervisor.MachineLost)
			continue
		}
		if len(m.leases) > 0 {
			ask = append(ask, id)
		}
	}
	return ask
}

// pulse takes the answer of a worker, or of the server on its behalf.
func (s *members) pulse(id string, nobody bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.all[id]
	switch {
	case m == nil:
	case !nobody:
		m.heard, m.refused = now, time.Time{}
	case m.refused.IsZero():
		m.refused = now
	}
}
