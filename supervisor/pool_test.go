package supervisor_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

var errBroken = errors.New("broken")

// patient is an ephemeral policy that never gives up, for tests of what comes before.
var patient = policy.Ephemeral{ColdDebt: 1 << 20, Debt: 1 << 20, ColdInputs: 1 << 20, Sustain: 1000 * time.Hour}

// start is one start of a container, in the time of the pool.
type start struct {
	id, lineage int
	at          time.Duration
}

// pool is a supervisor over a Serve that the test provides, and what it reported.
type pool struct {
	*supervisor.Supervisor
	ctx    context.Context
	cancel context.CancelFunc
	epoch  time.Time

	mu        sync.Mutex
	starts    []start
	crashes   []*supervisor.CrashError
	crashedAt []time.Duration
	abandoned []int
	cutoffs   []*supervisor.CutoffError
	events    []supervisor.Event
	queue     *supervisor.Events
	closed    sync.Once
}

// open starts a pool in a bubble. Whatever the test leaves of it is cancelled and
// joined at the end of the bubble.
func open(t *testing.T, cfg supervisor.Config) *pool {
	t.Helper()
	p := &pool{epoch: time.Now()}
	p.ctx, p.cancel = context.WithCancel(t.Context())
	serve := cfg.Serve
	cfg.Serve = func(ctx context.Context, c *supervisor.Container) error {
		p.note(func() { p.starts = append(p.starts, start{c.ID(), c.Lineage(), p.now()}) })
		return serve(ctx, c)
	}
	evidence := cfg.Crashed
	if evidence == nil {
		evidence = idly
	}
	cfg.Crashed = func(c *supervisor.Container, crash *supervisor.CrashError) supervisor.Evidence {
		p.note(func() {
			p.crashes = append(p.crashes, crash)
			p.crashedAt = append(p.crashedAt, p.now())
		})
		return evidence(c, crash)
	}
	cfg.Abandoned = func(c *supervisor.Container) bool {
		p.note(func() { p.abandoned = append(p.abandoned, c.ID()) })
		return true
	}
	cfg.Cutoff = func(err *supervisor.CutoffError) {
		p.note(func() { p.cutoffs = append(p.cutoffs, err) })
		p.cancel()
	}
	if cfg.Crashes == nil {
		cfg.Crashes = policy.Ephemeral{}
	}
	if cfg.Grace == 0 {
		cfg.Grace = time.Second
	}
	p.queue = supervisor.NewEvents(supervisor.ObserverFunc(func(ev supervisor.Event) {
		p.note(func() { p.events = append(p.events, ev) })
	}), 1, "f", cfg.Containers)
	cfg.Events = p.queue
	p.Supervisor = supervisor.Start(p.ctx, cfg)
	t.Cleanup(p.close)
	return p
}

func (p *pool) close() {
	p.cancel()
	<-p.Done()
	p.closed.Do(func() { p.queue.Close(time.Second) })
}

func (p *pool) now() time.Duration { return time.Since(p.epoch) }

func (p *pool) note(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// startsOf are the times at which the containers of a lineage were started.
func (p *pool) startsOf(lineage int) []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	var at []time.Duration
	for _, s := range p.starts {
		if s.lineage == lineage {
			at = append(at, s.at)
		}
	}
	return at
}

func (p *pool) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.starts)
}

// kinds are the events of the given kinds, all without any.
func (p *pool) kinds(of ...supervisor.Kind) []supervisor.Event {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []supervisor.Event
	for _, ev := range p.events {
		for _, k := range of {
			if ev.Kind == k {
				found = append(found, ev)
			}
		}
	}
	return found
}

// idly is a Crashed for containers that execute nothing, which most tests have.
func idly(*supervisor.Container, *supervisor.CrashError) supervisor.Evidence {
	return supervisor.Evidence{Idle: true}
}

// onFresh is a Crashed for containers each of which executes one fresh input from its start on, with others in reach.
func onFresh(*supervisor.Container, *supervisor.CrashError) supervisor.Evidence {
	return supervisor.Evidence{Fresh: true, InReach: true}
}

// onStruck is the same for inputs that were in a crash before.
func onStruck(*supervisor.Container, *supervisor.CrashError) supervisor.Evidence {
	return supervisor.Evidence{InReach: true}
}

// idle is a Serve that gets ready and then waits for the end.
func idle(ctx context.Context, c *supervisor.Container) error {
	c.Ready()
	<-ctx.Done()
	return nil
}

// failing is a Serve that never gets ready.
func failing(context.Context, *supervisor.Container) error { return errBroken }

// requireBetween checks low ≤ d ≤ high.
func requireBetween(t *testing.T, low, high, d time.Duration, what ...any) {
	t.Helper()
	require.GreaterOrEqual(t, d, low, what...)
	require.LessOrEqual(t, d, high, what...)
}

// pause sleeps, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
