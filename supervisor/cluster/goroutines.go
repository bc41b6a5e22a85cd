package cluster

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// goroutines is the runtime of a worker without another one: each container is a goroutine.
type goroutines struct{}

// Check implements supervisor.Runtime.
func (goroutines) Check(fn any) error {
	_, err := registry.Lookup(fn)
	return err
}

// Open implements supervisor.Runtime. A start that ignores the end of ctx is left to itself.
func (goroutines) Open(ctx context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	f, err := registry.Lookup(launch.Function)
	if err != nil {
		return nil, err
	}
	g := &goroutine{
		container: launch.Container, jobs: make(chan *job), ready: make(chan struct{}), leave: make(chan struct{}),
		killed: make(chan struct{}), gone: make(chan struct{}), closed: make(chan struct{}),
	}
	g.exiting, g.hurry = context.WithCancelCause(context.WithoutCancel(ctx))
	go g.live(ctx, f)
	select {
	case <-g.ready:
		return g, nil
	case <-g.gone:
		return nil, g.crash
	case <-ctx.Done():
		g.kill(context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
}

// goroutine is one container of it.
type goroutine struct {
	container int
	jobs      chan *job
	ready     chan struct{} // closed when enter has returned
	leave     chan struct{} // closed: end in order
	leaveOnce sync.Once
	killed    chan struct{} // closed: nobody waits any more
	killOnce  sync.Once
	cause     error

	exiting context.Context // of its exit
	hurry   context.CancelCauseFunc

	gone  chan struct{}          // closed when it has ended
	crash *supervisor.CrashError // how, if that was no order
	exit  error                  // what its exit returned, unless it has crashed

	closed chan struct{} // closed when its exit has returned, too, which after a crash is later
}

// job is a chunk for it.
type job struct {
	ctx   context.Context
	chunk supervisor.Chunk
	ended chan struct{}

	mu   sync.Mutex
	over bool // nobody listens any more
	at   int  // the input that executes
	done func(int, any, error)
}

func (j *job) begin(i int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.at = i
}

func (j *job) tell(i int, value any, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.over {
		j.done(i, value, err)
	}
}

// quit has nothing more be told, and returns which input executed.
func (j *job) quit() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over = true
	return j.at
}

// live is the container's life.
func (g *goroutine) live(ctx context.Context, f *registry.Function) {
	var now *job
	var m registry.Member
	returned, serving := false, false
	defer func() {
		value := recover()
		if !returned {
			g.crash = &supervisor.CrashError{
				Input: supervisor.NoInput, Panic: value, Goexit: value == nil, Stack: string(debug.Stack()),
			}
			if now != nil {
				g.crash.Input = now.quit()
			}
		}
		close(g.gone)
		if serving && m.Exit != nil { // a goroutine's crash leaves its state behind
			go g.bury(m)
			return
		}
		g.hurry(nil)
		close(g.closed)
	}()
	var err error
	if m, err = f.Enter(ctx); err != nil {
		g.crash = &supervisor.CrashError{Input: supervisor.NoInput, Err: err}
		returned = true
		return
	}
	close(g.ready)
	for serving = true; serving; {
		select {
		case now = <-g.jobs:
			g.execute(m, now)
			close(now.ended)
			now = nil
		case <-g.leave:
			serving = false
		case <-g.killed:
			serving = false
		}
	}
	if m.Exit != nil {
		g.exit = m.Exit(g.exiting)
	}
	returned = true
}

// bury has the exit close the state of a container that has crashed. The crash is all that is told of its end.
func (g *goroutine) bury(m registry.Member) {
	defer func() {
		_ = recover()
		g.hurry(nil)
		close(g.closed)
	}()
	_ = m.Exit(g.exiting)
}

// execute executes a chunk, input by input.
func (g *goroutine) execute(m registry.Member, j *job) {
	for i, in := range j.chunk.Inputs {
		if j.ctx.Err() != nil {
			return
		}
		j.begin(i)
		index := j.chunk.Index
		if j.chunk.Attempt > 0 {
			index += i
		}
		ctx := registry.NewAttempt(j.ctx, supervisor.Attempt{
			Index: index, Attempt: j.chunk.Attempt, Container: g.container,
		}, j.chunk.Timeout, j.chunk.Deadline)
		value, err := m.Do(ctx, in)
		ctx.End()
		j.tell(i, value, err)
	}
}

// Run implements supervisor.Instance.
func (g *goroutine) Run(ctx context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	j := &job{ctx: ctx, chunk: chunk, done: done, ended: make(chan struct{}), at: supervisor.NoInput}
	select {
	case g.jobs <- j:
	case <-g.gone:
		return g.lost()
	case <-g.killed:
		return g.end(supervisor.NoInput)
	}
	select {
	case <-j.ended:
		return nil
	case <-g.gone:
		return g.lost()
	case <-g.killed:
		return g.end(j.quit())
	}
}

var errEnded = errors.New("cluster: the container has ended")

// lost is how it has ended by itself.
func (g *goroutine) lost() error {
	if g.crash != nil {
		return g.crash
	}
	return &supervisor.CrashError{Input: supervisor.NoInput, Err: errEnded}
}

// end is how it was ended while it executed that input. Its goroutine is left to itself: it ends when the function returns.
func (g *goroutine) end(at int) error { return &supervisor.CrashError{Input: at, Err: g.cause} }

func (g *goroutine) kill(cause error) {
	g.killOnce.Do(func() {
		g.cause = cause
		g.hurry(cause)
		close(g.killed)
	})
}

// mercy is how long a container that is to be gone at once may take to go by itself.
const mercy = 50 * time.Millisecond

// Close implements supervisor.Instance.
func (g *goroutine) Close(ctx context.Context) error {
	g.leaveOnce.Do(func() { close(g.leave) })
	select {
	case <-g.closed:
		return g.left()
	case <-ctx.Done():
		g.hurry(context.Cause(ctx))
	}
	select {
	case <-g.closed:
		return g.left()
	case <-time.After(mercy):
	}
	g.kill(context.Cause(ctx))
	return context.Cause(ctx)
}

func (g *goroutine) left() error {
	if g.crash != nil {
		return g.crash
	}
	return g.exit
}
