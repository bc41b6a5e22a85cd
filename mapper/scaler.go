package mapper

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// scaler keeps the number of a function's containers right: more at once when there is
// work and nobody idle, fewer when some have been idle for the Window. Its goroutine
// alone decides.
type scaler[In, Out any] struct {
	p    *pool[In, Out]
	news chan struct{} // something to look at
	done chan struct{} // closed when the goroutine has ended
	want int           // how many containers there should be, owned by the goroutine

	buffered atomic.Bool // there is a Buffer to keep
	rolling  atomic.Bool // some containers may have an older body

	mu       sync.Mutex
	settings Scale
	rollouts []rollout
}

func newScaler[In, Out any](p *pool[In, Out], s Scale) *scaler[In, Out] {
	sc := &scaler[In, Out]{p: p, settings: s, want: s.Min, news: make(chan struct{}, 1), done: make(chan struct{})}
	p.lot.helpful.Store(true)
	sc.buffered.Store(s.Buffer > 0)
	return sc
}

// Scale returns the settings in force.
func (f *Function[In, Out]) Scale() Scale { return f.scaler.get() }

// SetScale changes the settings, at once and for good. To change one, change what Scale
// returns. Containers that are too many end after what they execute. The errors are a
// *policy.InvalidError and [ErrStopped].
func (f *Function[In, Out]) SetScale(settings Scale) error {
	settings, err := settings.filled(f.opts.Containers)
	if err != nil {
		return err
	}
	if f.stopped() {
		return f.p.ending()
	}
	f.scaler.set(settings)
	return nil
}

func (s *scaler[In, Out]) get() Scale {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

func (s *scaler[In, Out]) set(settings Scale) {
	s.mu.Lock()
	s.settings = settings
	s.buffered.Store(settings.Buffer > 0)
	s.mu.Unlock()
	s.kick()
}

// kick has the scaler look. It never blocks.
func (s *scaler[In, Out]) kick() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// help is asked for when there is work and no worker sleeps.
func (s *scaler[In, Out]) help() {
	if s.p.full.Load() {
		s.p.burst.wakeOne()
	} else {
		s.kick()
	}
}

// run is the scaler's goroutine.
func (s *scaler[In, Out]) run() {
	defer close(s.done)
	timer := time.NewTimer(defaultWindow)
	defer timer.Stop()
	for {
		timer.Reset(max(s.look(s.get()), 1))
		select {
		case <-s.news:
		case <-timer.C:
		case <-s.p.ctx.Done():
			return
		}
	}
}

// census is who is there, not counting containers that are about to end.
type census[In, Out any] struct {
	present int
	busy    int
	stale   int              // with an older body
	able    []*host[In, Out] // have started
	idle    []*host[In, Out]
	release *release[In, Out]
	rolled  bool // no container has an older body, also none about to end
}

func (p *pool[In, Out]) census() census[In, Out] {
	c := census[In, Out]{release: p.release.Load(), rolled: true}
	for h := range p.hosts {
		if h.lost.Load() {
			continue
		}
		stale := h.release != c.release
		c.rolled = c.rolled && !stale
		if h.retiring.Load() {
			continue
		}
		c.present++
		if stale {
			c.stale++
		}
		started := h.phase.Load() == working
		if started {
			c.able = append(c.able, h)
		}
		if h.busy.Load() > 0 {
			c.busy++
		} else if started {
			c.idle = append(c.idle, h)
		}
	}
	return c
}

// look brings the number of containers up to date and returns when to look again.
func (s *scaler[In, Out]) look(settings Scale) time.Duration {
	c := s.p.census()
	need := settings.wanted(c.busy, s.p.needed())
	again := settings.Window
	switch {
	case need >= s.want:
		s.want = need
	case s.want > settings.Max:
		s.want = settings.Max
	default:
		s.want -= min(max(s.want-c.present, 0), s.want-need) // no need to restart what crashed
		var unused int
		unused, again = s.unused(c.idle, settings.Window)
		s.want -= min(unused, s.want-need)
	}
	surge := min(c.stale, max(s.want/4, 1))
	s.p.seat(s.want + surge)
	s.p.sup.Scale(s.want + surge) // before any retires, or they would be replaced
	for _, h := range s.surplus(c, surge, settings.Max) {
		h.retire()
	}
	s.roll(c)
	s.fill(s.want >= settings.Max)
	return again
}

// fill notes whether further containers can be started: if not, the workers beyond the
// target are called upon.
func (s *scaler[In, Out]) fill(full bool) {
	s.p.lot.helpful.Store(!full || s.p.opts.TargetInputs < s.p.opts.MaxInputs)
	if s.p.full.Swap(full) == full || !s.p.hasWork() {
		return
	}
	if !full {
		s.kick() // nobody could help whoever came in the meantime
	}
	for full && s.p.burst.wakeOne() {
		continue
	}
}

// unused is how many containers have been idle for the window, and when to look for the
// next one.
func (s *scaler[In, Out]) unused(idle []*host[In, Out], window time.Duration) (n int, again time.Duration) {
	again = window
	now := s.p.now()
	for _, h := range idle {
		if rest := time.Duration(h.idleSince.Load()) + window - now; rest > 0 {
			again = min(again, rest)
		} else {
			n++
		}
	}
	return n, again
}

// surplus returns the containers that are there and not wanted: those that have been idle
// for longest, and, where there are more than the maximum, busy ones.
func (s *scaler[In, Out]) surplus(c census[In, Out], surge, most int) []*host[In, Out] {
	slices.SortFunc(c.idle, func(a, b *host[In, Out]) int { return cmp.Compare(a.idleSince.Load(), b.idleSince.Load()) })
	over := c.idle[:min(len(c.idle), max(c.present-s.want-surge, 0))]
	for _, h := range c.able {
		if c.present-len(over) > most+surge && !slices.Contains(over, h) {
			over = append(over, h)
		}
	}
	return over
}

// needed is how many containers the inputs that wait would take.
func (p *pool[In, Out]) needed() int {
	each := p.opts.TargetInputs
	if b := p.body(); b.batched {
		each *= b.batch.Size
	}
	n := 0
	for _, e := range *p.runs.Load() {
		if e.hasWork() {
			n += max(e.src.waiting()+int(e.todo.ready.Load())+int(e.todo.suspects.Load()), 1)
		}
	}
	return (n + each - 1) / each
}

// changed is told when a container of a function is ready or has ended, which matters
// while a redeploy is under way.
func (p *pool[In, Out]) changed() {
	if p.deployed != nil && p.deployed.scaler.rolling.Load() {
		p.deployed.scaler.kick()
	}
}
