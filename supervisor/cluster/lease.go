package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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
	id       string
	function *registry.Function
	launch   supervisor.Launch
	in, out  wire.Codec
	builder  wire.BatchBuilder
	frames   chan frame
	parts    assembly // the connection's goroutine's

	turn   chan struct{} // one Run, open or Close at a time
	chunk  uint64
	worked time.Duration // of the last Run

	gone     chan struct{} // closed when it has ended
	goneOnce sync.Once
	why      error // how

	killed   chan struct{} // closed when it is to end at once
	killOnce sync.Once
	cause    error
}

const leaseFrames = 64

func newLease(r *Runtime, f *registry.Function, launch supervisor.Launch) *lease {
	return &lease{
		r: r, id: newToken(), function: f, launch: launch, in: registry.NewCodec(f.In), out: registry.NewCodec(f.Out),
		frames: make(chan frame, leaseFrames), turn: make(chan struct{}, 1),
		gone: make(chan struct{}), killed: make(chan struct{}),
	}
}

// send sends a frame; what does not get through is sent again.
func (l *lease) send(f frame) { _ = publish(l.r.nc, leaseSubject(l.worker, l.r.id, l.id), f) }

// take is what the connection calls with each message. It never blocks.
func (l *lease) take(part frame) {
	f, whole := l.parts.add(part)
	switch {
	case !whole:
	case f.kind == printed:
		if stream, line, ok := strings.Cut(string(f.payload), "\n"); ok && l.launch.Print != nil {
			l.launch.Print(stream, line)
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

// finish ends the lease and gives its slot back.
func (l *lease) finish(why error, full bool) {
	l.lose(why)
	l.r.leases.Delete(l.id)
	l.r.members.give(l, full)
}

// crash is how it has ended. Each caller gets one of its own.
func (l *lease) crash() error {
	if crash, ok := errors.AsType[*supervisor.CrashError](l.why); ok {
		own := *crash
		own.Input = supervisor.NoInput
		return &own
	}
	return &supervisor.CrashError{Container: l.launch.Container, Input: supervisor.NoInput, Err: l.why}
}

// kill has it end at once, and says so to the worker.
func (l *lease) kill(cause error) {
	l.killOnce.Do(func() {
		l.cause = cause
		close(l.killed)
	})
	l.send(frame{kind: destroy, payload: wire.AppendError(nil, cause)})
}

// How often a caller asks again, at first and at most, and how long it waits for the last word of what it has killed.
const (
	askFirst = 250 * time.Millisecond
	askMost  = 4 * time.Second
	lastWord = 2 * time.Second
)

// open asks the worker for the container, and reports whether it was full.
func (l *lease) open(ctx context.Context) (full bool, err error) {
	l.r.leases.Store(l.id, l)
	ask := func() {
		_ = l.r.nc.Publish(openSubject(l.worker), encode(request{
			Version: Version(), Function: l.function.Name, Name: l.launch.Name, Caller: l.r.id, Lease: l.id,
			Container: l.launch.Container, Print: l.launch.Print != nil,
		}))
	}
	ask()
	again := time.NewTicker(askFirst)
	defer again.Stop()
	done := ctx.Done()
	var late <-chan time.Time
	for {
		select {
		case f := <-l.frames:
			switch f.kind {
			case opened:
				if late != nil {
					continue
				}
				return false, nil
			case refused:
				return l.refused(ctx, parseRefusal(f.payload))
			case crashed:
				return l.refused(ctx, refusal{Crash: f.payload})
			}
		case <-again.C:
			if late == nil {
				ask()
			} else {
				l.kill(l.cause)
			}
		case <-done: // what the start has come to is worth a moment
			done, late = nil, time.After(lastWord)
			l.kill(context.Cause(ctx))
		case <-late:
			l.finish(l.cause, false)
			return false, l.cause
		case <-l.gone:
			l.finish(l.why, false)
			return false, l.crash()
		}
	}
}

// refused is why there is no container.
func (l *lease) refused(ctx context.Context, r refusal) (full bool, err error) {
	switch {
	case r.Full:
		l.finish(errEnded, true)
		return true, context.Cause(ctx)
	case r.Fatal != "":
		err = fmt.Errorf("cluster: %s: %s (%w)", l.host, r.Fatal, supervisor.ErrFatalStart)
	default:
		err = l.crashOf(r.Crash)
	}
	l.finish(err, false)
	return false, err
}

// crashOf is the crash that the worker tells of.
func (l *lease) crashOf(packed []byte) *supervisor.CrashError {
	crash, ok := parseCrash(packed)
	if !ok {
		crash = &supervisor.CrashError{Input: supervisor.NoInput, Err: errStrange}
	}
	crash.Container = l.launch.Container
	return crash
}

var errStrange = errors.New("cluster: the worker says what no worker says")

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
		return nil
	default:
	}
	return l.bye(ctx)
}

// bye ends the container in order, or at once when it is killed.
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
				l.finish(errEnded, false)
				return errors.Join(bad, err)
			case crashed:
				crash := l.crashOf(f.payload)
				crash.Input = supervisor.NoInput
				l.finish(crash, false)
				return crash
			case unknown:
				l.finish(errEnded, false)
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
			l.finish(l.cause, false)
			return l.cause
		case <-l.gone:
			l.finish(l.why, false)
			return nil
		}
	}
}
