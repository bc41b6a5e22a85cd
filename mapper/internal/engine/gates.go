package engine

import (
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper/internal/gate"
	"github.com/longshore-go/longshore/supervisor"
)

// The gates of a pool, as they open and shut. What passes them is in passing.go.

// Gates is what the gates of a pool go by.
type Gates struct {
	Rate     *rate.Limiter
	Delay    func(refusals int) time.Duration
	Limits   *gate.LimitsConfig   // nil: none. What the pool itself knows is filled in
	Adaptive *gate.AdaptiveConfig // likewise
}

// OpenGates has attempts begin as the gates say. To be called before anything is started.
func (s *Scheduler) OpenGates(g Gates) {
	if g.Rate != nil {
		s.rate = gate.NewRate(g.Rate, s.mayBegin)
	}
	s.throttle.ThrottleConfig = gate.ThrottleConfig{Delay: g.Delay, Ajar: s.mayBegin, Opened: s.throttleOpened, Closed: s.throttleClosed}
	if cfg := g.Limits; cfg != nil {
		cfg.Wake, cfg.Delay = s.mayBegin, g.Delay
		cfg.Opened = func(key string) { s.tell(supervisor.Event{Kind: supervisor.ThrottleOpened, Key: key}) }
		cfg.Closed = func(key string, until time.Time, err error) {
			s.tell(supervisor.Event{Kind: supervisor.ThrottleClosed, Key: key, Next: until, Err: err})
		}
		s.limits = gate.NewLimits(*cfg)
	}
	if cfg := g.Adaptive; cfg != nil {
		cfg.Wake = s.mayBegin
		cfg.Changed = func(limit int) { s.tell(supervisor.Event{Kind: supervisor.LimitChanged, Count: limit}) }
		s.adaptive = gate.NewAdaptive(*cfg)
	}
}

// CloseGates gives back what was reserved, when nothing is to begin any more.
func (s *Scheduler) CloseGates() {
	s.rate.Close()
	s.throttle.Close()
	if s.limits != nil {
		s.limits.Close()
	}
}

// mayBegin has somebody look for work where nobody could begin any. An input that was in a crash is not for everybody.
func (s *Scheduler) mayBegin() {
	if s.struck() {
		s.stir()
	} else {
		s.Idle.Wake()
	}
}

// struck reports that an input waits which was in a crash.
func (s *Scheduler) struck() bool {
	return slices.ContainsFunc(*s.runs.Load(), func(r *Run) bool { return r.backlog.Struck() })
}

func (s *Scheduler) throttleOpened() {
	s.tell(supervisor.Event{Kind: supervisor.ThrottleOpened})
	s.stir()
}

func (s *Scheduler) throttleClosed(until time.Time, err error) {
	s.heedAll()
	s.tell(supervisor.Event{Kind: supervisor.ThrottleClosed, Next: until, Err: err})
}
