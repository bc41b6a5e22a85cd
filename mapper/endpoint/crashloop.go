package endpoint

import (
	"fmt"
	"net/http"
	"time"

	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/supervisor"
)

// admit says whether a call is let in; leave is to be called when it is settled.
func (h *handler[In, Out]) admit(pool supervisor.Snapshot) (leave func(), ok bool) {
	if pool.CrashLooping && pool.CrashLoopOfInputs {
		return h.door.enter(pool)
	}
	return func() {}, !barred(pool)
}

// barred reports that a call would only wait for containers that crash at start-up. It is let
// through where a container serves; to one that is idle, and unproven perhaps, since
// nothing proves it as fast as an input; and where none is there and none will be, since
// without work nobody would start one and find out that the fault has gone.
func barred(pool supervisor.Snapshot) bool {
	if !pool.CrashLooping {
		return false
	}
	awaited := false
	for _, c := range pool.Containers {
		switch {
		case c.State == supervisor.Idle, c.State == supervisor.Running && c.Finished > 0:
			return false
		case c.State == supervisor.Running, c.State == supervisor.Starting, c.State == supervisor.BackingOff:
			awaited = true
		}
	}
	return awaited
}

// looping is the answer in a crash loop.
func (h *handler[In, Out]) looping(pool supervisor.Snapshot) answer {
	a := failedAs(http.StatusServiceUnavailable, "the function is crash-looping")
	a.problem.Cause = h.cause(pool.Last)
	a.problem.Since = pool.CrashLoopSince.UTC()
	a.problem.NextStart = pool.NextStart.UTC()
	a.retryAfter(time.Until(pool.NextStart))
	return a
}

// cause says how a container ended, without what it panicked with.
func (h *handler[In, Out]) cause(crash *supervisor.CrashError) string {
	if crash == nil {
		return ""
	}
	when := map[supervisor.Phase]string{
		supervisor.PhaseStart: " at start-up",
		supervisor.PhaseInput: " on an input",
		supervisor.PhaseIdle:  " while idle",
		supervisor.PhaseExit:  " in its exit",
	}[crash.Phase]
	return "a container crashed" + when + ": " + h.reason(crash)
}

func (h *handler[In, Out]) reason(crash *supervisor.CrashError) string {
	switch {
	case crash.Panic != nil:
		return "panic"
	case crash.Goexit:
		return "runtime.Goexit"
	case crash.Err != nil && (h.opts.HideErrors || tellsCrash(crash.Err)):
		return "error"
	case crash.Err != nil:
		return show.Error(crash.Err, 0)
	case crash.OOM:
		return "out of memory"
	case crash.Signal != "":
		return "signal: " + crash.Signal
	}
	return fmt.Sprintf("exit code %d", crash.Exit)
}
