package fleet

import "time"

// idleLook is how often the scaler looks where nothing else makes it.
const idleLook = 60 * time.Second

// SetScale says how many containers a lasting pool has, from now on. The first time is
// before Start, and StartScaler follows it. Later it returns when that is in force: containers
// that are too many take nothing more.
func (p *Pool) SetScale(settings Scale) {
	s := p.scaler
	if s == nil {
		s = &scaler{p: p, want: settings.Min, news: make(chan struct{}, 1), done: make(chan struct{})}
		p.scaler = s
		p.Idle.Help(s.help)
		p.Idle.Helpful(true)
		s.set(settings)
		return
	}
	inForce := s.set(settings)
	s.kick()
	select {
	case <-inForce:
	case <-s.done:
	}
}

// set changes the settings. What it returns is closed when the scaler has looked at them.
func (s *scaler) set(settings Scale) (inForce chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = settings
	s.buffered.Store(settings.Buffer > 0)
	inForce = make(chan struct{})
	s.inForce = append(s.inForce, inForce)
	return inForce
}

// taken are the settings, and who waits for them to be in force.
func (s *scaler) taken() (settings Scale, inForce []chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	settings, inForce, s.inForce = s.settings, s.inForce, nil
	return settings, inForce
}

// Scale returns the settings in force.
func (p *Pool) Scale() Scale {
	p.scaler.mu.Lock()
	defer p.scaler.mu.Unlock()
	return p.scaler.settings
}

// StartScaler begins to keep the number. It ends with the pool's context, and ScalerDone
// says when.
func (p *Pool) StartScaler() { go p.scaler.run() }

// ScalerDone is closed when it has ended.
func (p *Pool) ScalerDone() <-chan struct{} { return p.scaler.done }

// help is asked for when there is work and no worker sleeps.
func (s *scaler) help() {
	if s.p.full.Load() {
		s.p.Burst.WakeOne()
		if s.p.share == nil {
			return
		}
	}
	s.kick() // where the room is shared there is more for who wishes more
}

// run is the scaler's goroutine.
func (s *scaler) run() {
	defer close(s.done)
	timer := time.NewTimer(idleLook)
	defer timer.Stop()
	for {
		settings, inForce := s.taken()
		room, changed := s.p.room(s.wish(settings))
		again := s.look(settings, room)
		for _, waits := range inForce {
			close(waits)
		}
		timer.Reset(max(again, 1))
		select {
		case <-s.news:
		case <-changed:
		case <-timer.C:
		case <-s.p.ctx.Done():
			return
		}
	}
}

// wish is how many containers there should be if there were room for all.
func (s *scaler) wish(settings Scale) int {
	if s.p.share == nil {
		return 0 // nobody asks
	}
	return settings.wanted(s.p.census().busy, s.p.needed())
}

// look brings the number of containers up to date and returns when to look again.
func (s *scaler) look(settings Scale, room int) time.Duration {
	settings = settings.within(room)
	n := s.p.census()
	need := settings.wanted(n.busy, s.p.needed())
	again := settings.Window
	switch {
	case need >= s.want:
		s.want = need
	case s.want > settings.Max:
		s.want = settings.Max
	default:
		s.want -= min(max(s.want-n.present, 0), s.want-need) // no need to restart what crashed
		var unused int
		unused, again = n.unused(s.p.Now(), settings.Window)
		s.want -= min(unused, s.want-need)
	}
	surge := min(n.stale, max(s.want/4, 1), room-s.want)
	s.p.sup.Load().Scale(s.want + surge) // before any retires, or they would be replaced
	for _, c := range n.surplus(s.want+surge, settings.Max+surge) {
		c.Retire()
	}
	s.roll(n, surge)
	s.fill(s.want >= settings.Max)
	return again
}

// fill notes whether further containers can be started: if not, the workers beyond the
// target are called upon.
func (s *scaler) fill(full bool) {
	s.p.Idle.Helpful(!full || s.p.TargetInputs < s.p.MaxInputs || s.p.share != nil)
	if s.p.full.Swap(full) == full || !s.p.HasWork() {
		return
	}
	if !full {
		s.kick() // nobody could help whoever came in the meantime
	}
	for full && s.p.Burst.WakeOne() {
		continue
	}
}

// needed is how many containers the inputs that wait would take.
func (p *Pool) needed() int {
	return p.Needed(p.TargetInputs * max(p.Release().Body.Size, 1))
}
