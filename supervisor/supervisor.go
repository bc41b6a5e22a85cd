package supervisor

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// Config is what a pool of containers is made of.
type Config struct {
	Containers int            // how many lineages there are; at least 1, in a Lasting pool at least 0. Unused ones cost nothing
	Crashes    policy.Crashes // nil means policy.Ephemeral{}

	// Lasting says that only the end of its ctx ends the pool, and not that no
	// container lives: more may be wanted later. In such a pool a container that ends
	// in order has a successor at once, if one is wanted: Serve should have waited for
	// work before. False means a pool that is over with the work of its containers.
	Lasting bool

	// Want is how many containers are wanted at the start, 0 to Containers. Zero means none in a
	// Lasting pool, and all of them in another one. See Supervisor.Scale and Supervisor.More.
	Want int

	// Plain says that a start costs nothing and cannot fail: goroutines without
	// state of their own. They are born ready, and all start at once.
	Plain bool

	// Grace is how long a container may outlive the end of the pool's context
	// before it is abandoned.
	Grace time.Duration

	// Serve is the life of one container. It returns nil when there is nothing more
	// to do or ctx has ended; an error, a panic or runtime.Goexit is a crash.
	Serve func(ctx context.Context, c *Container) error

	// Crashed is told of each crash before the pool decides about the container. It
	// runs on the dying goroutine, or on that which calls Container.Fail, says in
	// crash what the container was doing, and returns what that means.
	Crashed func(c *Container, crash *CrashError) Evidence

	// Abandoned is asked about each container that has outlived Grace. It takes away
	// what the container has in hand and reports whether there was anything: if not,
	// the container is about to end by itself, and is asked about again. It and Cutoff
	// run on the goroutine of Supervisor.Run, and must not call the pool or a container.
	Abandoned func(c *Container) bool

	// Fewer is told when fewer lineages have a container or await one than before, or a
	// crash loop has begun: what was kept from one lineage for the sake of another may have to be
	// executed there. It runs where Cutoff does. Nil asks for nothing.
	Fewer func()

	// Ended is told, once, that the context of the pool has ended, if it does before the pool. It runs where Cutoff does. Nil
	// asks for nothing.
	Ended func()

	// Cutoff is told, once, that an ephemeral pool gives up. It ends the context.
	Cutoff func(*CutoffError)

	Events *Events // nil: nobody watches
}

// Supervisor keeps the containers of one pool alive. One goroutine owns its state, that of Run,
// and the others send it messages. Its methods are safe for concurrent use.
type Supervisor struct {
	cfg       Config
	ctx       context.Context
	inbox     chan message
	done      chan struct{}
	stacks    stacks
	lingering atomic.Int64
	live      atomic.Int64 // containers whose end nobody has seen
	filled    atomic.Int64 // lineages that are filled: to compare with want; the owner's to change
	more      atomic.Int64 // containers wanted beyond want, which the owner does not know of yet

	_     [64]byte // read for each chunk of inputs, written when something crashes
	alarm atomic.Uint64
	_     [64]byte

	// Owned by the goroutine of Run.
	lineages  []lineage
	judge     judge
	starts    int // containers ever started
	waits     int // lineages that wait for a start
	want      int // containers wanted
	stopping  bool
	pending   int // containers that live and are not ready
	crashes   int
	abandoned int
	lost      int
	since     time.Time // of the first crash
	last      *CrashError
	looping   bool // as observers were last told
	fewer     fewer
	credited  bool              // the judge knows the progress of all containers, as of the message that is handled
	heir      chan<- *Container // the goroutine of the container whose end is handled
	timer     *time.Timer       // nil until something is due

	startCrashes int
	pardoned     int // of startCrashes: those before the last reset

	epoch   uint32 // of the alarm, as far as the judge knows
	alarmed bool   // a streak was published in it
	voided  bool   // what is still to be told of crashes is void
	resets  int
}

// lineage is a slot of the pool with all its successive containers.
type lineage struct {
	container *Container // nil while there is none
	waiting   bool
	retiring  bool      // the owner knows that the container was retired
	due       time.Time // no start before it: of the next one when waiting, else what is left of a backoff
	held      time.Time // when to look again at one that is due and may not start yet
	ready     time.Time // zero before that
	trial     time.Time // the beginning of its probation: likewise
	seen      int64     // finished inputs of the container already credited
	proven    bool
	row       int // crashes since the last finished input
	last      *CrashError
}

// taken reports that the lineage is not free.
func (l *lineage) taken() bool { return l.container != nil || l.waiting }

// uptime is how long the container has been ready.
func (l *lineage) uptime(now time.Time) time.Duration {
	if l.ready.IsZero() {
		return 0
	}
	return now.Sub(l.ready)
}

// mostTold is how many messages may wait for the owner goroutine. Each container seldom has more than one.
const mostTold = 64

// Start makes the pool, has a goroutine of its own supervise it, and returns at once. The pool ends, and Done is closed, when
// every container has returned and none is due, unless it is Lasting; and, once ctx has
// ended, at most Grace later.
func Start(ctx context.Context, cfg Config) *Supervisor {
	s := New(ctx, cfg)
	go s.Run()
	return s
}

// New makes the pool that [Start] does. Nothing of it begins before [Supervisor.Run], which must follow: until then what is
// told to the pool may wait.
func New(ctx context.Context, cfg Config) *Supervisor {
	s := &Supervisor{
		cfg:   cfg,
		ctx:   ctx,
		inbox: make(chan message, min(max(cfg.Containers, 1), mostTold)),
		done:  make(chan struct{}),
		judge: newJudge(cfg),
		want:  cfg.Containers,
	}
	if cfg.Lasting || cfg.Want > 0 {
		s.want = cfg.Want
	}
	return s
}

// Done is closed when the pool has ended: no container runs but abandoned ones.
func (s *Supervisor) Done() <-chan struct{} { return s.done }

// Lingering is the number of abandoned containers that still run.
func (s *Supervisor) Lingering() int { return int(s.lingering.Load()) }

// Filled is the number of lineages that have a container which was not retired, or await one.
func (s *Supervisor) Filled() int { return int(s.filled.Load()) }

// Run supervises the pool: it starts containers and restarts them until the pool has ended, which it waits for. The goroutine
// that calls it owns the pool's state. It is to be called once. Who begins a pool and then waits for its end can do so itself,
// which saves a goroutine and the way to it and back.
func (s *Supervisor) Run() {
	defer close(s.done)
	s.scale(s.want)
	s.fill()
	s.tellFewer()
	ended := s.ctx.Done()
	for s.live.Load() > 0 || s.waits > 0 || (s.cfg.Lasting && !s.stopping) {
		s.arm()
		select {
		case m := <-s.inbox:
			s.handleAll(m)
		case <-s.due():
			s.tick()
		case <-ended:
			ended = nil
			s.stop()
		}
	}
	if ended != nil && s.ctx.Err() != nil {
		s.stop() // none was left, or nothing has begun
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	s.credited = false
	s.credit(time.Now()) // what the last container has finished may be news yet
	s.publish(time.Now())
	s.showLoop()
}

// stop begins the end of the pool: nothing starts any more, and whoever is still
// there after Grace is abandoned.
func (s *Supervisor) stop() {
	s.stopping = true
	for i := range s.lineages {
		s.free(i)
	}
	if s.live.Load() > 0 {
		s.lookIn(s.cfg.Grace)
	}
	if s.cfg.Ended != nil {
		s.cfg.Ended()
	}
}

// lookIn has tick called after d. Most pools never need it.
func (s *Supervisor) lookIn(d time.Duration) {
	if s.timer == nil {
		s.timer = time.NewTimer(d)
	} else {
		s.timer.Reset(d)
	}
}

// due is when tick is to be called.
func (s *Supervisor) due() <-chan time.Time {
	if s.timer == nil {
		return nil
	}
	return s.timer.C
}

// tick is a due time: of a start, of a probation, or of the end of the grace.
func (s *Supervisor) tick() {
	if s.stopping {
		s.abandonAll()
		return
	}
	now := time.Now()
	s.credited = false
	s.credit(now)
	s.follow(now)
}

// follow is what follows from whatever has changed, once it is known.
func (s *Supervisor) follow(now time.Time) {
	s.publish(now)
	s.showLoop()
	s.startDue()
	s.tellFewer()
}
