package supervisor

// run is the whole life of a container on its goroutine. It recovers once a life,
// not once an input: the function below is called directly, and what it was doing
// when it panicked is for Config.Crashed to say.
//
// golang/go#53757 argues against swallowing panics, and rightly where the caller
// wants to die with them. Here a supervisor is the point: nothing is swallowed, a
// panic ends its container and is reported with its stack.
func (s *Supervisor) run(c *Container) {
	returned := false
	var err error
	defer func() {
		var crash *CrashError
		if !returned {
			crash = &CrashError{Container: c.id, Input: NoInput, Panic: recover(), Stack: s.stacks.capture()}
			crash.Goexit = crash.Panic == nil
		} else if err != nil {
			crash = asCrash(c, err)
		}
		s.ended(c, crash)
	}()
	err = s.cfg.Serve(s.ctx, c)
	returned = true
}

// asCrash is the crash of a container whose Serve returned an error. A runtime's
// own *CrashError passes as it is.
func asCrash(c *Container, err error) *CrashError {
	if crash, ok := err.(*CrashError); ok {
		crash.Container = c.id
		return crash
	}
	return &CrashError{Container: c.id, Input: NoInput, Err: err}
}

// ended tells first the owner of the work, then the supervisor, how c ended. Each
// decides about its own: what becomes of the input, what becomes of the container.
func (s *Supervisor) ended(c *Container, crash *CrashError) {
	late := s.ctx.Err() != nil
	if crash != nil {
		if crash.Phase == "" {
			crash.Phase = c.phase()
		}
		s.cfg.Crashed(c, crash)
	}
	if late {
		crash = nil // whatever a container does after it was asked to end is no crash of the pool
	}
	switch {
	case !c.fate.CompareAndSwap(alive, gone):
		s.lingering.Add(-1)
	case late && s.cfg.Events == nil:
		// At the end of a run nobody wants to know of each container: a thousand
		// messages are most of what it costs to join it.
		if s.live.Add(-1) == 0 {
			s.tell(message{kind: emptied})
		}
	default:
		s.tell(message{kind: exited, container: c, crash: crash})
	}
}
