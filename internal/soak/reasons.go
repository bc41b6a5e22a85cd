package main

import (
	"errors"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// mayFail says whether an input may have failed like that.
func (p *play) mayFail(i, id int, err error) bool {
	_, crash := errors.AsType[*supervisor.CrashError](err)
	switch {
	case p.mayEnd(i, err):
		return true
	case errors.Is(err, mapper.ErrStopped): // a call that was refused was not begun
		return p.Acts[i].Does == "call" && p.since() && p.book.read(id, begun) == 0
	case errors.Is(err, mapper.ErrCancelled):
		return p.Acts[i].Does == "cancel"
	case errors.Is(err, mapper.ErrInterrupted):
		return p.Opts.AtMostOnce
	case errors.Is(err, mapper.ErrTimeout):
		return p.Opts.Timeout > 0 || p.Opts.TotalTimeout > 0 // in real time any attempt may be late
	case crash:
		return len(p.Strikes) > 0 || p.book.read(id, crashed) >= p.crashLimit()
	}
	return errors.Is(err, errOwn) && (p.did(id, "error", "permanent", "after", "throttled") || p.mayFailTogether())
}

// mayFailTogether says whether an input may fail for good with the error of another of its batch. A refusal is that of all.
func (p *play) mayFailTogether() bool {
	return p.Joint && (p.Batch.Whole || p.Opts.AtMostOnce || p.book.injections()["throttled"] > 0)
}

// mayEnd says whether a whole act may have ended like that, and its inputs with it.
func (p *play) mayEnd(i int, err error) bool {
	a := &p.Acts[i]
	_, exit := errors.AsType[*mapper.ExitError](err)
	_, sourced := errors.AsType[*mapper.SourceError](err)
	switch {
	case isCutoff(err):
		return p.mayCutOff()
	case sourced:
		return a.Source.EndAt >= 0
	case errors.Is(err, errCancelled):
		return a.CancelIn > 0 && a.Does != "cancel" || a.Reader.LeaveAt >= 0 || p.EndBy == "context" && p.since()
	case errors.Is(err, mapper.ErrStopped):
		return a.Reader.LeaveBy == "stop" || p.hurried()
	case errors.Is(err, mapper.ErrQueueFull):
		return p.Opts.Outstanding > 0
	case exit:
		return p.Alone && p.mayExitBadly()
	}
	return false
}

// mayExitBadly says whether the exit of a container may have failed: by its script, or since
// somebody has killed the worker in it.
func (p *play) mayExitBadly() bool { return p.badExit.Load() || len(p.Strikes) > 0 }

// refused says whether an act may not have begun, because the function has ended.
func (p *play) refused(err error) bool { return errors.Is(err, mapper.ErrStopped) && p.since() }

func isCutoff(err error) bool {
	_, ok := errors.AsType[*supervisor.CutoffError](err)
	return ok
}

// mayCutOff says whether crashes may end it all.
func (p *play) mayCutOff() bool {
	return p.Opts.Crashes == policy.Ephemeral{}
}

// since reports that the end of the function has begun.
func (p *play) since() bool { return p.ending.Load() > 0 }

// hurried reports that what was not drained may have been ended.
func (p *play) hurried() bool {
	if !p.since() || p.EndBy == "stop" {
		return false
	}
	return p.EndBy == "context" || time.Since(p.began) >= time.Duration(p.ending.Load())+p.Within
}

func (p *play) crashLimit() int {
	switch {
	case p.Opts.AtMostOnce:
		return 1
	case p.Opts.CrashLimit == 0:
		return 3
	}
	return p.Opts.CrashLimit
}

// did reports that an attempt of the input did one of these.
func (p *play) did(id int, does ...string) bool {
	s := p.script(id)
	return slices.ContainsFunc(s[:min(p.book.read(id, begun), len(s))], func(st step) bool {
		return slices.Contains(does, st.Does)
	})
}
