package cluster

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// lease is a container from afar, at the caller.
type lease struct {
	r        *Runtime
	m        *machine // its members' to look into
	worker   string   // its ID
	host     string
	id       string // its secret
	name     string // see nameOf
	function *registry.Function
	launch   supervisor.Launch
	in, out  wire.Codec
	builder  wire.BatchBuilder
	frames   chan frame
	parts    assembly // the connection's goroutine's
	weight   atomic.Pointer[weight]
	fetching atomic.Bool // outcomes wait at the worker

	turn      chan struct{} // one Run, open or Close at a time
	chunk     uint64
	positions []int         // memory of the last frame's
	worked    time.Duration // of the last Run
	took      time.Duration // by the last frame of inputs, from when it was sent to its last outcome

	gone     chan struct{} // closed when it has ended
	goneOnce sync.Once
	why      error // how

	killed   chan struct{} // closed when it is to end at once
	killOnce sync.Once
	cause    error
}

const leaseFrames = 64

func newLease(r *Runtime, f *registry.Function, launch supervisor.Launch) *lease {
	id := newToken()
	return &lease{
		r: r, id: id, name: nameOf(id), function: f, launch: launch, in: registry.NewCodec(f.In), out: registry.NewCodec(f.Out),
		frames: make(chan frame, leaseFrames), turn: make(chan struct{}, 1),
		gone: make(chan struct{}), killed: make(chan struct{}),
	}
}

// send sends a frame; what does not get through is sent again. What never can ends the lease.
func (l *lease) send(f frame) {
	if errors.Is(publish(l.r.nc, leaseSubject(l.worker, l.r.id, l.id), f), errNarrow) {
		l.lose(errNarrow)
	}
}

// take is what the connection calls with each message. It never blocks.
func (l *lease) take(part frame) {
	f, whole := l.parts.add(part)
	switch {
	case !whole:
	case f.kind == printed:
		if stream, line, ok := strings.Cut(string(f.payload), "\n"); ok && l.launch.Print != nil {
			l.launch.Print(stream, line)
		}
	case f.kind == weighed:
		if w, ok := parseWeight(f.payload); ok {
			l.weight.Store(&w)
		}
	default:
		select {
		case l.frames <- f:
		default: // it is asked for again
		}
	}
}

// lose ends the lease for a reason; the first counts.
func (l *lease) lose(why error) {
	l.goneOnce.Do(func() {
		l.why = why
		close(l.gone)
	})
}

// ending is what the worker knows of the end of a lease.
type ending int

const (
	heard  ending = iota // it has said so itself
	full                 // it had no slot for it
	untold               // perhaps nothing: it is told until it says so, see members.orphans
)

// finish ends the lease and gives its slot back.
func (l *lease) finish(why error, how ending) {
	l.lose(why)
	l.r.leases.Delete(l.name)
	l.r.members.give(l, how)
}

// crash is how it has ended. Each caller gets one of its own.
func (l *lease) crash() *supervisor.CrashError {
	if crash, ok := errors.AsType[*supervisor.CrashError](l.why); ok {
		own := *crash
		own.Input = supervisor.NoInput
		return &own
	}
	return &supervisor.CrashError{Container: l.launch.Container, Machine: l.host, Input: supervisor.NoInput, Err: l.why}
}

// kill has it end at once, and says so to the worker.
func (l *lease) kill(cause error) {
	l.killOnce.Do(func() {
		l.cause = cause
		close(l.killed)
	})
	l.send(frame{kind: destroy, payload: wire.AppendError(nil, cause)})
}

// Retiring implements supervisor.Retiring.
func (l *lease) Retiring() <-chan struct{} { return l.m.leaving }

// Worked implements supervisor.Timed.
func (l *lease) Worked() time.Duration { return l.worked }

// Close implements supervisor.Instance.
func (l *lease) Close(ctx context.Context) error {
	if ctx.Err() != nil {
		l.kill(context.Cause(ctx))
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		l.kill(context.Cause(ctx))
		l.turn <- struct{}{} // a Run ends soon
		defer func() { <-l.turn }()
	}
	select {
	case <-l.gone:
		l.finish(l.why, untold)
		return nil
	default:
	}
	return l.bye(ctx)
}

// bye ends the container in order, or at once when it is killed. That it was lost meanwhile is no failure of its exit: so are
// others, whose exit did not begin.
func (l *lease) bye(ctx context.Context) error {
	again := time.NewTicker(askFirst)
	defer again.Stop()
	done, killed := ctx.Done(), l.killed
	var late <-chan time.Time
	l.send(frame{kind: drain})
	for {
		select {
		case f := <-l.frames:
			switch f.kind {
			case bye:
				err, _, bad := wire.ParseError(f.payload)
				l.finish(errEnded, heard)
				return errors.Join(bad, err)
			case crashed:
				crash := l.crashOf(f.payload)
				crash.Input = supervisor.NoInput
				l.finish(crash, heard)
				if errors.Is(crash.Err, supervisor.ErrLost) {
					return nil
				}
				return crash
			case unknown:
				l.finish(errEnded, heard)
				return nil
			}
		case <-again.C:
			if late == nil {
				l.send(frame{kind: drain})
			} else {
				l.kill(l.cause)
			}
		case <-done:
			done = nil
			l.kill(context.Cause(ctx))
		case <-killed:
			killed, late = nil, time.After(lastWord)
		case <-late:
			l.finish(l.cause, untold)
			return l.cause
		case <-l.gone:
			l.finish(l.why, untold)
			return nil
		}
	}
}
