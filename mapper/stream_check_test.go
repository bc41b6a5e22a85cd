package mapper_test

import (
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

func (p *reading) fail(format string, args ...any) {
	if p.problem == nil {
		p.problem = fmt.Errorf(format, args...)
	}
}

// take looks at one output.
func (p *reading) take(o mapper.Output[int, int]) {
	if p.last.Err != nil && (p.last.Index < 0 || !p.Opts.ReturnExceptions) {
		p.fail("%+v after the last word %+v", o, p.last)
	}
	if p.seen++; o.Index >= 0 && !p.Opts.Unordered && o.Index < p.last.Index {
		p.fail("out of order: %+v after %+v", o, p.last)
	}
	p.last = o
	if o.Index < 0 {
		if o.Err == nil || (p.CancelAt == 0 && p.SourceAt < 0) {
			p.fail("%+v", o)
		}
		return
	}
	i := o.Index
	outputs, does, _ := p.script(i)
	switch {
	case p.ended[i]:
		p.fail("input has ended: %+v", o)
	case o.Input != i || o.Number != p.got[i]:
		p.fail("%+v, want number %d", o, p.got[i])
	case o.Err == nil && (o.Value != i*1000+o.Number || o.Number >= outputs):
		p.fail("%+v, of %d outputs", o, outputs)
	case o.Err == nil:
		p.got[i]++
	default:
		p.ended[i] = true
		if why := p.mayFail(o, outputs, does); why != "" {
			p.fail("%s: %+v, script %d %s", why, o, outputs, does)
		}
	}
	if !p.Opts.Unordered && p.Opts.Outstanding > 0 && int(p.pulled.Load()) > i+p.Opts.Outstanding {
		p.fail("%d pulled at %+v", p.pulled.Load(), o)
	}
}

// mayFail says what is wrong about a failure.
func (p *reading) mayFail(o mapper.Output[int, int], outputs int, does string) string {
	crash, crashed := errors.AsType[*supervisor.CrashError](o.Err)
	_, lost := errors.AsType[*mapper.SourceError](o.Err)
	switch {
	case o.Value != 0:
		return "value beside an error"
	case p.CancelAt > 0 && o.Err == errReading, p.SourceAt >= 0 && lost:
		return "" // any prefix of it
	case errors.Is(o.Err, mapper.ErrTimeout):
		if p.Opts.Timeout == 0 {
			return "no timeout"
		}
		return "" // it may have had to wait for the reader
	case crashed:
		if crash.Input != o.Index || crash.Phase != supervisor.PhaseInput {
			return "someone else's crash"
		}
		if does == "panic at once" {
			outputs = 0
		} else if does != "panic" && does != "goexit" {
			return "no crash"
		}
		if crash.Goexit != (does == "goexit") || (!crash.Goexit && !errors.Is(o.Err, errReading)) {
			return "another crash"
		}
	case does != "error" || o.Err != errReading:
		return "another error"
	}
	if o.Number != outputs {
		return "too early"
	}
	return ""
}

// checkLeft is called when the loop is left, in whatever way.
func (p *reading) checkLeft() {
	if n := p.running.Load(); n != 0 {
		p.fail("%d attempts still run", n)
	}
}

// checkEnd looks at a stream that was read to its end.
func (p *reading) checkEnd() {
	for i := range p.begun {
		if n := p.begun[i].Load(); n > 1 {
			p.fail("input %d begun %d times", i, n)
		}
	}
	if p.seen == p.LeaveAt || p.problem != nil {
		return
	}
	if p.last.Err != nil && (!p.Opts.ReturnExceptions || p.last.Index < 0) {
		return // ended early, and said so
	}
	if p.CancelAt > 0 || p.SourceAt >= 0 {
		// The end may have come when all was done, or all that was taken has failed by it.
		pulled := int(p.pulled.Load())
		for i := range pulled {
			p.checkThrough(i, i == pulled-1)
		}
		return
	}
	for i := range p.Inputs {
		p.checkThrough(i, false)
	}
}

// checkThrough looks at an input that must have ended. The last one that was pulled, when the
// run was over already, was not taken.
func (p *reading) checkThrough(i int, last bool) {
	outputs, does, _ := p.script(i)
	switch n := p.begun[i].Load(); {
	case p.ended[i]:
	case n == 0 && !last:
		p.fail("input %d was forgotten", i)
	case n == 0:
	case does != "":
		p.fail("input %d has not failed: %s", i, does)
	case p.got[i] != outputs:
		p.fail("input %d has %d of %d outputs", i, p.got[i], outputs)
	}
}
