package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// Serve offers slots to the callers of this program until ctx ends. Then it drains: it takes no lease any more, callers
// move what is idle elsewhere, what executes is finished, and after WorkerOptions.Drain it is killed. It blocks until
// nothing of it is left, and returns nil then; a *policy.InvalidError for options that are not valid, at once; or what keeps
// it from connecting, a *[RefusedError] also later: then nothing is waited for. A server that is not there is waited for. Every function is registered before (package registry).
func Serve(ctx context.Context, opts WorkerOptions) error {
	if err := opts.Validate(); err != nil {
		return err
	}
	opts = opts.filled()
	return newLink(opts.URL, opts.Creds, opts.TLS, "longshore worker").serve(ctx, opts)
}

// serve is Serve over that link.
func (l link) serve(ctx context.Context, opts WorkerOptions) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l.refused = func(err *RefusedError) { cancel(err) }
	nc, err := l.dial()
	if err != nil {
		return err
	}
	defer closeConn(nc)
	return l.serveOn(ctx, nc, opts)
}

// closeConn closes a connection and waits until its goroutines are gone.
func closeConn(nc *nats.Conn) {
	closed := make(chan struct{})
	nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
	if nc.IsClosed() {
		return // by itself: the server has refused it
	}
	nc.Close()
	<-closed
}

// worker is one Serve.
type worker struct {
	opts WorkerOptions
	nc   *nats.Conn
	id   string
	host string

	beaten time.Time    // when it last looked after its callers; of the goroutine of Serve
	back   atomic.Int64 // when the connection was last found to be back, in ns

	mu       sync.Mutex
	leases   map[string]*held // also those that have ended, for a while
	callers  map[string]*caller
	used     int
	draining bool
	freed    chan struct{} // has room for one: a slot is free
	living   sync.WaitGroup
}

// serveOn serves until ctx ends, in order or with the *RefusedError as its cause.
func (l link) serveOn(ctx context.Context, nc *nats.Conn, opts WorkerOptions) error {
	registry.Close("cluster.Serve")
	w := &worker{
		opts: opts, nc: nc, beaten: time.Now(), id: newToken(), leases: map[string]*held{}, callers: map[string]*caller{},
		freed: make(chan struct{}, 1),
	}
	w.host, _ = os.Hostname()
	w.host = w.host[:min(len(w.host), mostText)]
	err := subscribe(nc, map[string]nats.MsgHandler{
		askSubject:                   func(*nats.Msg) { w.hello(false) },
		openSubject(w.id):            w.asked,
		aliveSubject(w.id):           w.probed,
		echoSubject(w.id, "*"):       w.echo,
		leaseSubject(w.id, "*", "*"): w.heard,
	})
	if err != nil {
		return err
	}
	w.hello(false)
	nobody := newToken()
	if err := l.settle(nc, callerSubject(nobody, nobody), pulseSubject(nobody, nobody)); err != nil {
		return err
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-tick.C:
			l.stuck(nc)
			w.hello(false)
			w.reap(time.Now())
			w.weigh()
		case <-w.freed:
			w.hello(false)
		case <-ctx.Done():
		}
	}
	refused, _ := errors.AsType[*RefusedError](context.Cause(ctx))
	if refused != nil {
		w.endAll(fmt.Errorf("%w (%w)", refused, supervisor.ErrLost)) // nobody would hear what comes of it
	}
	w.drain(tick.C)
	if refused != nil {
		return refused
	}
	return nil
}

// hello tells all callers of this worker.
func (w *worker) hello(gone bool) {
	w.mu.Lock()
	h := hello{
		ID: w.id, Version: Version(), Host: w.host, PID: os.Getpid(), Slots: w.opts.Slots,
		Free: max(w.opts.Slots-w.used, 0), Draining: w.draining, Bye: gone, Labels: w.opts.Labels,
	}
	w.mu.Unlock()
	_ = w.nc.Publish(helloSubject, encode(h))
}

// send sends a frame; what does not get through is asked for again, unless it is errNarrow.
func (w *worker) send(subject string, f frame) error { return publish(w.nc, subject, f) }

// mostBytes is how many a message may have.
func mostBytes(nc *nats.Conn) int {
	if most := nc.MaxPayload(); most > 0 {
		return int(most)
	}
	return 1 << 20 // not connected yet
}

// publish sends a frame in as many messages as it takes.
func publish(nc *nats.Conn, subject string, f frame) error {
	return f.messages(mostBytes(nc), func(b []byte) error { return nc.Publish(subject, b) })
}

// asked takes a request for a container. It may come again.
func (w *worker) asked(m *nats.Msg) {
	req, ok := parseRequest(m.Data)
	if !ok {
		return
	}
	answer := func(r refusal) {
		_ = w.send(callerSubject(req.Caller, nameOf(req.Lease)), frame{kind: refused, payload: encode(r)})
	}
	if req.Version != Version() {
		answer(refusal{Fatal: "the worker runs another version of the program: " + Version()})
		return
	}
	f, err := registry.Find(req.Function)
	if err != nil {
		answer(refusal{Fatal: err.Error()})
		return
	}
	if err := w.opts.Runtime.Check(f.Fn); err != nil {
		answer(refusal{Fatal: err.Error()})
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	key := req.Caller + "." + req.Lease
	if h := w.leases[key]; h != nil {
		h.repeat()
		return
	}
	h := &held{w: w, request: req, key: key, name: nameOf(req.Lease), function: f, frames: make(chan frame, heldFrames)}
	h.over, h.end = context.WithCancelCause(context.Background())
	w.leases[key] = h
	if w.draining || w.used >= w.opts.Slots {
		h.say(frame{kind: refused, payload: encode(refusal{Full: true})})
		w.bury(h) // or the same request, which comes again, might open what nobody waits for any more
		return
	}
	w.used++
	w.callers[req.Caller] = &caller{heard: time.Now()}
	w.living.Go(h.live)
}

// heard takes a message for a lease.
func (w *worker) heard(m *nats.Msg) {
	f, ok := parseFrame(m.Data)
	_, key, found := strings.Cut(m.Subject, w.id+".")
	caller, lease, two := strings.Cut(key, ".")
	if !ok || !found || !two || !isToken(caller) || !isToken(lease) {
		return
	}
	w.mu.Lock()
	h := w.leases[key]
	w.mu.Unlock()
	if h == nil {
		_ = w.send(callerSubject(caller, nameOf(lease)), frame{kind: unknown, chunk: f.chunk})
		return
	}
	h.take(f)
}

// epitaphTime is how long the last word of a lease is repeated to whoever has not heard it.
const epitaphTime = 10 * time.Second

// release frees the slot of a lease that has ended.
func (w *worker) release(h *held) {
	w.mu.Lock()
	w.used--
	w.mu.Unlock()
	select {
	case w.freed <- struct{}{}:
	default:
	}
	w.bury(h)
}

// bury forgets a lease that has ended, after a while.
func (w *worker) bury(h *held) {
	h.end(errEnded)
	time.AfterFunc(epitaphTime, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.leases, h.key)
	})
}
