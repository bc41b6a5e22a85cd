package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// Runtime makes containers on other machines. It is a supervisor.Shared, made by [New], safe for
// concurrent use, and holds a connection until [Runtime.Close].
type Runtime struct {
	opts    Options
	id      string
	members *members
	purse   purse           // of the connection
	leases  sync.Map        // *lease by name
	life    context.Context // until Close
	end     context.CancelFunc
	back    atomic.Int64 // when the connection was last found to be back, in ns

	mu     sync.Mutex // guards what follows until it is connected
	nc     *nats.Conn
	js     jetstream.JetStream // of nc
	link   link
	closed bool
	inside *inside
	quit   chan struct{}
	joined sync.WaitGroup
}

var _ interface {
	supervisor.Shared
	supervisor.Fleet
} = (*Runtime)(nil)

// New returns a runtime whose containers are leases of slots that workers offer. It connects at the first Check, Room, Open
// or Machines.
func New(opts Options) *Runtime {
	opts = opts.filled()
	id := newToken()
	life, end := context.WithCancel(context.Background())
	return &Runtime{opts: opts, id: id, members: newMembers(opts, id), life: life, end: end, quit: make(chan struct{})}
}

var errClosed = errors.New("cluster: the runtime is closed")

// connect connects, once.
func (r *Runtime) connect() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errClosed
	case r.nc != nil:
		return nil
	}
	if err := r.opts.Validate(); err != nil {
		return err
	}
	if err := r.open(); err != nil {
		if r.nc != nil {
			closeConn(r.nc)
			r.nc = nil
		}
		r.stopServer()
		return err
	}
	r.members.seek(time.Now())
	r.joined.Go(r.watch)
	return nil
}

// open makes the connection, and the workers of this process. The caller holds mu.
func (r *Runtime) open() (err error) {
	l := newLink(r.opts.URL, r.opts.Creds, r.opts.TLS, "longshore caller")
	if l.url == "" {
		if r.inside, err = startServer(r.opts.Store); err != nil {
			return err
		}
		l.inside = r.inside.server
	}
	l.refused = r.refuse
	l.back = func() {
		r.back.Store(time.Now().UnixNano())
		r.ask()
	}
	if r.nc, err = l.dial(); err != nil {
		return err
	}
	if r.js, err = jetstream.New(r.nc); err != nil {
		return err
	}
	err = subscribe(r.nc, map[string]nats.MsgHandler{
		helloSubject:             r.heardHello,
		wishSubject:              r.heardWish,
		callerSubject(r.id, "*"): r.heard,
		pulseSubject(r.id, "*"):  r.heardPulse,
	})
	if err == nil {
		_ = r.nc.Publish(askSubject, nil)
		r.wish(0)
		nobody := newToken()
		r.link = l
		err = l.settle(r.nc, openSubject(nobody), aliveSubject(nobody), leaseSubject(nobody, nobody, nobody))
	}
	if err == nil && r.opts.Local > 0 {
		r.offer(l)
	}
	return err
}

func (r *Runtime) ask() {
	if nc := r.conn(); nc != nil {
		_ = nc.Publish(askSubject, nil)
	}
}

func (r *Runtime) conn() *nats.Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.nc
}

func (r *Runtime) jetStream() jetstream.JetStream {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.js
}

// Close ends the connection: containers that are open are lost, and nothing opens any more. It waits until nothing of the
// runtime is left. It is idempotent.
func (r *Runtime) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	nc := r.nc
	r.mu.Unlock()
	close(r.quit)
	r.end()
	r.leases.Range(func(_, l any) bool {
		l.(*lease).kill(errClosed)
		l.(*lease).lose(fmt.Errorf("%w (%w)", errClosed, supervisor.ErrLost))
		return true
	})
	r.joined.Wait()
	if nc != nil {
		r.wish(0)
		_ = nc.FlushTimeout(probeEvery)
		closeConn(nc)
	}
	r.stopServer()
	return nil
}

// Check implements supervisor.Runtime: it reports options that are not valid, a function that is not registered or not
// declared at top level, and what keeps the runtime from connecting, as a *[RefusedError]. A server that is not there yet is
// waited for.
func (r *Runtime) Check(fn any) error {
	registry.Close("cluster.Check")
	if _, err := registry.Lookup(fn); err != nil {
		return err
	}
	err := r.connect()
	if err == nil {
		err = r.members.refusal()
	}
	if err != nil {
		return fmt.Errorf("%w (%w)", err, supervisor.ErrFatalStart)
	}
	return nil
}

// Room implements supervisor.Elastic: it is the slots of the machines that run this program, may be used, and do not drain,
// without the shares of other callers.
func (r *Runtime) Room() (containers int, changed <-chan struct{}) {
	_ = r.connect() // Check has reported it
	r.members.mu.Lock()
	defer r.members.mu.Unlock()
	return r.members.room(nil, time.Now())
}

// Open implements supervisor.Runtime. It waits for a free slot as long as ctx lasts: an end without one says nothing of the
// function, and is a supervisor.ErrLost.
func (r *Runtime) Open(ctx context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	if err := r.Check(launch.Function); err != nil {
		return nil, err
	}
	f, err := registry.Lookup(launch.Function)
	if err != nil {
		return nil, err
	}
	for {
		l := newLease(r, f, launch)
		freed, err := r.members.take(l, time.Now())
		switch {
		case err != nil:
			return nil, err
		case freed != nil:
			select {
			case <-freed:
				continue
			case <-r.quit:
				return nil, fmt.Errorf("%w (%w)", errClosed, supervisor.ErrLost)
			case <-ctx.Done():
				return nil, fmt.Errorf("cluster: no slot is free: %w (%w)", context.Cause(ctx), supervisor.ErrLost)
			}
		}
		isFull, err := l.open(ctx)
		if err != nil {
			return nil, err
		}
		if !isFull {
			return l, nil
		}
	}
}

func (r *Runtime) heardHello(m *nats.Msg) {
	now := time.Now()
	if id := r.members.again(m.Data, now); id != "" {
		r.endOrphans(id)
	} else if h, ok := parseHello(m.Data); ok {
		r.members.hear(h, now)
		r.members.remember(h.ID, m.Data)
		r.endOrphans(h.ID)
	}
}

func (r *Runtime) heardWish(m *nats.Msg) {
	if w, ok := parseWish(m.Data); ok {
		r.members.hearWish(w, time.Now())
	}
}

func (r *Runtime) heardPulse(m *nats.Msg) {
	r.members.pulse(lastToken(m.Subject), m.Header.Get("Status") == "503", time.Now())
}

// heard takes a message for a lease.
func (r *Runtime) heard(m *nats.Msg) {
	f, ok := parseFrame(m.Data)
	id := lastToken(m.Subject)
	l, known := r.leases.Load(id)
	switch {
	case !ok:
	case known:
		l.(*lease).take(f)
	case f.kind.last():
		r.members.ended(id)
	}
}
