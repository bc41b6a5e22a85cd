package supervisor

import (
	"bytes"
	"context"
	"runtime"
	"runtime/pprof"
)

// run is the goroutine of a container, and of its successors after a crash as long as
// they start at once: a goroutine that has panicked has a stack of the right size, and
// to grow another one costs more than the panic. Labels that a predecessor has set, or the
// deployer, end here. So does a thread that it has left locked: with the goroutine, as Go has it.
func (s *Supervisor) run(c *Container) {
	widen()
	var heir <-chan *Container
	defer func() {
		if heir != nil { // it is locked, or runtime.Goexit has met a panic in a deferred call
			go s.inherit(heir)
		}
	}()
	for c != nil {
		pprof.SetGoroutineLabels(context.Background())
		s.life(c, &heir)
		if heir == nil || locked() {
			return
		}
		c, heir = <-heir, nil
	}
}

// widen has the stack of a new goroutine grow while there is next to nothing on it. What the runtime gives it at first is
// less than any container needs, and to grow from deep down moves each frame that is there by then.
//
//go:noinline
func widen() {
	var frame [2048]byte
	frame[0] = 1
	runtime.KeepAlive(&frame)
}

// locked reports that the goroutine has its thread for itself. Nothing says so but the head of its stack.
func locked() bool {
	var head [80]byte
	return bytes.Contains(head[:runtime.Stack(head[:], false)], []byte("locked to thread"))
}

// inherit runs a successor on a goroutine of its own.
func (s *Supervisor) inherit(heir <-chan *Container) { s.run(<-heir) }

// life is the whole life of a container. It recovers once a life, not once an input: the
// function below is called directly, and what it was doing when it panicked is for
// Config.Crashed to say. It says in heir where the pool will send a successor, or nil for
// none; a nil channel if nobody will.
//
// golang/go#53757 argues against swallowing panics, and rightly where the caller
// wants to die with them. Here a supervisor is the point: nothing is swallowed, a
// panic ends its container and is reported with its stack.
func (s *Supervisor) life(c *Container, heir *<-chan *Container) {
	returned := false
	var err error
	defer func() {
		var crash *CrashError
		if !returned {
			crash = s.caught(c, recover())
		} else if err != nil {
			crash = asCrash(c, err)
		}
		*heir = s.ended(c, crash)
	}()
	err = s.cfg.Serve(s.ctx, c)
	returned = true
}

// caught is the crash of a function that did not return: value is what it panicked with,
// nil after runtime.Goexit. It is for the deferred call alone, for the sake of the stack.
func (s *Supervisor) caught(c *Container, value any) *CrashError {
	return &CrashError{Container: c.id, Input: NoInput, Panic: value, Goexit: value == nil, Stack: s.stacks.capture()}
}

// Go runs f on a goroutine of its own, under the guard of a container's life: for one
// that executes several inputs at once. When f has ended, ended is called on that
// goroutine: with nil if f has returned, else with the panic or runtime.Goexit that ended
// it, its Input [NoInput] and without a phase. What becomes of the container then is for
// ended to say, and so is joining the goroutine: the pool does not wait for it. A panic
// in ended is nobody's, and ends the process.
func (c *Container) Go(f func(), ended func(*CrashError)) {
	go func() {
		returned := false
		defer func() {
			var crash *CrashError
			if !returned {
				crash = c.pool.caught(c, recover())
			}
			ended(crash)
		}()
		f()
		returned = true
	}()
}

// asCrash is the crash of a container whose Serve returned an error. A runtime's
// own *CrashError passes as it is.
func asCrash(c *Container, err error) *CrashError {
	if crash, ok := err.(*CrashError); ok && crash != nil {
		if crash.Container == c.id && c.ready.Load() {
			return crash // observers may have it already
		}
		own := *crash // what a start returns is not ours to change: it may be that of something nested
		own.Container = c.id
		return &own
	}
	return &CrashError{Container: c.id, Input: NoInput, Err: err}
}

// ended tells first the owner of the work, then the supervisor, how c ended. Each
// decides about its own: what becomes of the input, what becomes of the container.
// It returns what life does.
func (s *Supervisor) ended(c *Container, crash *CrashError) <-chan *Container {
	late := s.ctx.Err() != nil
	won := c.decide(gone) // before the crash is told: Fail may tell of another
	var d death
	if crash != nil && (won || c.fate.Load()&stuck == 0) {
		d = s.examine(c, crash, won && !late)
	}
	if late {
		d = death{} // whatever a container does after it was asked to end is no crash of the pool
	}
	switch {
	case !won:
		s.lingering.Add(-1)
	case late && s.cfg.Events == nil:
		// At the end of a run nobody wants to know of each container: a thousand
		// messages are most of what it costs to join it.
		if s.live.Add(-1) == 0 {
			s.tell(message{kind: emptied})
		}
	case d.crash == nil || d.crash.Goexit: // the goroutine ends
		s.tell(message{kind: exited, container: c, death: d})
	default:
		heir := make(chan *Container, 1)
		s.tell(message{kind: exited, container: c, death: d, heir: heir})
		return heir
	}
	return nil
}
