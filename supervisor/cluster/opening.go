package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// How often a caller asks again, at first and at most, and how long it waits for the last word of what it has killed.
const (
	askFirst = 250 * time.Millisecond
	askLate  = 2 * time.Second // at the latest, where inputs take long
	askMost  = 4 * time.Second
	lastWord = 2 * time.Second
)

// open asks the worker for the container, and reports whether it was full.
func (l *lease) open(ctx context.Context) (isFull bool, err error) {
	if l.launch.At != nil {
		l.launch.At(l.host)
	}
	l.r.leases.Store(l.name, l)
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
			l.finish(l.cause, untold)
			return false, l.cause
		case <-l.gone:
			l.finish(l.why, untold)
			return false, l.crash()
		}
	}
}

// refused is why there is no container.
func (l *lease) refused(ctx context.Context, r refusal) (isFull bool, err error) {
	switch {
	case r.Full:
		l.finish(errEnded, full)
		return true, context.Cause(ctx)
	case r.Fatal != "":
		err = fmt.Errorf("cluster: %s: %s (%w)", l.host, r.Fatal, supervisor.ErrFatalStart)
	default:
		err = l.crashOf(r.Crash)
	}
	l.finish(err, heard)
	return false, err
}

// crashOf is the crash that the worker tells of.
func (l *lease) crashOf(packed []byte) *supervisor.CrashError {
	crash, ok := parseCrash(packed)
	if !ok {
		crash = &supervisor.CrashError{Input: supervisor.NoInput, Err: errStrange}
	}
	crash.Container, crash.Machine = l.launch.Container, l.host
	return crash
}

var errStrange = errors.New("cluster: the worker says what no worker says")
