package supervisor

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// Config is what a pool of containers is made of.
type Config struct {
	Name       string         // of the function
	Containers int            // how many lineages; at least 1
	Crashes    policy.Crashes // nil means policy.Ephemeral{}

	// Plain says that a start costs nothing and cannot fail: goroutines without
	// state of their own. They are born ready, all start at once, and restart at
	// once as long as the pool's finished inputs pay for it.
	Plain bool

	// Grace is how long a container may outlive the end of the pool's context
	// before it is abandoned.
	Grace time.Duration

	// Serve is the life of one container. It returns nil when there is nothing more
	// to do or ctx has ended; an error, a panic or runtime.Goexit is a crash.
	Serve func(ctx context.Context, c *Container) error

	// Crashed is told of each crash before the pool decides about the container. It
	// runs on the dying goroutine, and says in crash what the container was doing.
	Crashed func(c *Container, crash *CrashError)

	// Abandoned is asked about each container that has outlived Grace. It takes away
	// what the container has in hand and reports whether there was anything: if not,
	// the container is about to end by itself, and is asked about again.
	Abandoned func(c *Container) bool

	// Cutoff is told, once, that an ephemeral pool gives up. It ends the context.
	Cutoff func(*CutoffError)

	// Spent reports that every unfinished input has been in a crash: from then on
	// the inputs' own limits end the run, and a crash is no news about containers.
	Spent func() bool

	Events *Events // nil: nobody watches
}

// Supervisor keeps the containers of one pool alive. One goroutine owns its state
// and the others send it messages. Its methods are safe for concurrent use.
type Supervisor struct {
	cfg       Config
	ctx       context.Context
	inbox     chan message
	done      chan struct{}
	stacks    stacks
	lingering atomic.Int64
	live      atomic.Int64 // containers whose end nobody has seen

	// Owned by the goroutine of supervise.
	lineages  []lineage
	judge     judge
	starts    int // containers ever started
	waits     int // lineages that wait for a start
	stopping  bool
	crashes   int
	abandoned int
	since     time.Time // of the first crash
	last      *CrashError
	looping   atomic.Bool
	heir      chan<- *Container // the goroutine of the container whose end is handled
	timer     *time.Timer
	final     Snapshot
}

// lineage is a slot of the pool with all its successive containers.
type lineage struct {
	container *Container // nil while there is none
	waiting   bool
	due       time.Time // of the next start, when waiting
	held      time.Time // when to look again at one that is due and may not start yet
	ready     time.Time // zero before that
	seen      int64     // finished inputs of the container already credited
	proven    bool
	row       int // crashes since the last finished input
	last      *CrashError
}

// uptime is how long the container has been ready.
func (l *lineage) uptime(now time.Time) time.Duration {
	if l.ready.IsZero() {
		return 0
	}
	return now.Sub(l.ready)
}

// Start makes the pool and returns at once. The pool ends, and Done is closed, when
// every container has returned, or, once ctx has ended, at most Grace later.
func Start(ctx context.Context, cfg Config) *Supervisor {
	s := &Supervisor{
		cfg:      cfg,
		ctx:      ctx,
		inbox:    make(chan message, 64),
		done:     make(chan struct{}),
		lineages: make([]lineage, cfg.Containers),
		judge:    newJudge(cfg),
	}
	go s.supervise()
	return s
}

// Done is closed when the pool has ended: no container runs but abandoned ones.
func (s *Supervisor) Done() <-chan struct{} { return s.done }

// Lingering is the number of abandoned containers that still run.
func (s *Supervisor) Lingering() int { return int(s.lingering.Load()) }

func (s *Supervisor) supervise() {
	defer close(s.done)
	s.timer = time.NewTimer(time.Hour)
	defer s.timer.Stop()
	for i := range s.lineages {
		s.schedule(i, 0)
	}
	ended := s.ctx.Done()
	for s.live.Load() > 0 || s.waits > 0 {
		s.arm()
		select {
		case m := <-s.inbox:
			s.handleAll(m)
		case <-s.timer.C:
			s.tick()
		case <-ended:
			ended = nil
			s.stop()
		}
	}
	s.final = s.snapshot()
}

// stop begins the end of the pool: nothing starts any more, and whoever is still
// there after Grace is abandoned.
func (s *Supervisor) stop() {
	s.stopping = true
	s.waits = 0
	for i := range s.lineages {
		s.lineages[i].waiting = false
	}
	s.timer.Reset(s.cfg.Grace)
}

// tick is a due time: of a start, of a probation, or of the end of the grace.
func (s *Supervisor) tick() {
	if s.stopping {
		s.abandonAll()
		return
	}
	s.credit(time.Now())
	s.showLoop()
	s.startDue()
}

// abandonAll gives up who is still there after Grace. A container that has nothing in
// hand is between two steps of ours, not in the user's code.
func (s *Supervisor) abandonAll() {
	for i := range s.lineages {
		c := s.lineages[i].container
		if c != nil && c.fate.Load() == alive && s.cfg.Abandoned(c) && c.giveUp() {
			s.abandon(c)
		}
	}
	s.timer.Reset(min(max(s.cfg.Grace, time.Millisecond), time.Second))
}

// abandon counts a container that nobody waits for any more and replaces it.
func (s *Supervisor) abandon(c *Container) {
	l := &s.lineages[c.lineage]
	s.abandoned++
	s.live.Add(-1)
	l.container = nil
	s.judge.stopped(c.lineage, time.Now())
	s.emit(Event{Kind: ContainerAbandoned, Container: c.id, Lineage: c.lineage})
	s.schedule(c.lineage, 0)
}

func (s *Supervisor) exit(c *Container, crash *CrashError) {
	now := time.Now()
	s.live.Add(-1)
	l := &s.lineages[c.lineage]
	l.container = nil
	if crash == nil {
		s.judge.stopped(c.lineage, now)
		s.emit(Event{Kind: ContainerStopped, Container: c.id, Lineage: c.lineage})
		return
	}
	if s.crashes == 0 {
		s.since = now
	}
	s.crashes++
	l.row++
	s.last, l.last = crash, crash
	if s.stopping || s.ctx.Err() != nil {
		s.emitCrash(c, crash, time.Time{}) // it has ended the run; nothing is left to decide
		return
	}
	s.crash(c, crash, now)
}

// crash decides what becomes of the lineage: a restart now, one later, or none.
func (s *Supervisor) crash(c *Container, crash *CrashError, now time.Time) {
	delay, rule, cutoff := s.judge.crash(verdict{
		lineage:  c.lineage,
		starting: !c.ready.Load(),
		uptime:   s.lineages[c.lineage].uptime(now),
		spent:    s.cfg.Spent(),
		fatal:    isFatal(crash),
		now:      now,
	})
	if cutoff {
		s.emitCrash(c, crash, time.Time{})
		s.cutoff(rule)
		return
	}
	s.emitCrash(c, crash, s.nextStart(now, delay))
	s.showLoop()
	s.schedule(c.lineage, delay)
}

func (s *Supervisor) cutoff(rule policy.Rule) {
	err := &CutoffError{Rule: rule, Crashes: s.crashes, Since: s.since, Last: s.last}
	s.emit(Event{Kind: Cutoff, Container: -1, Lineage: -1, Err: err})
	s.cfg.Cutoff(err)
}

// Snapshot is the pool as it is now. It waits for the owner goroutine, which never
// waits for anything but its own timer.
func (s *Supervisor) Snapshot() Snapshot {
	reply := make(chan Snapshot, 1)
	select {
	case s.inbox <- message{kind: asked, reply: reply}:
		select {
		case snap := <-reply:
			return snap
		case <-s.done:
		}
	case <-s.done:
	}
	final := s.final
	final.Lingering = s.Lingering()
	return final
}
