package mapper

import (
	"fmt"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/durable"
	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/supervisor"
)

// numbers are those of runs and functions in this process.
var numbers atomic.Uint64

// handle is a run without its types: its engine, and what observers are shown of it.
type handle struct {
	e     *engine.Run
	s     *engine.Scheduler
	opts  Options
	types types
	f     *life // the function whose pool serves it; nil for a pool of its own
	view  *view // nil without observers
	// value is the input with that index, of a run over a slice; else nil.
	value func(index int) (any, bool)
	// told is what the function knows of its inputs, guarded by the function's lock.
	told tally
	// finished is closed when the events of its own pool are through; nil without any.
	finished chan struct{}
}

// start has containers serve the run. Its source and sink are in place.
func (h *handle) start() error {
	if err := h.keep(); err != nil {
		h.e.Cancel()
		return err
	}
	if h.f != nil {
		return h.startOn()
	}
	attempts := h.e.Source().Total()
	if h.opts.Hedge.On() && attempts < h.opts.Containers {
		attempts *= 2 // at once
	}
	containers := min(h.opts.Containers, attempts)
	h.s.OpenEvents(h.opts.Observer, containers)
	h.show()
	h.e.StartAlone(containers)
	h.view.begin()
	h.e.Begin() // before anybody joins it: a pool for no inputs has ended already
	if h.s.Events() != nil {
		h.finished = make(chan struct{})
		go h.closeEvents()
	}
	return nil
}

// keep has the journal of the run kept, if it has one.
func (h *handle) keep() error {
	if h.opts.Journal == nil {
		return nil
	}
	if h.types.expands != nil {
		return invalid("Journal", fmt.Sprintf("%T", h.opts.Journal), "does not know the inputs that attempts add")
	}
	log, err := h.opts.Journal.Begin(h.e.Context(), durable.About{
		Name: h.opts.Name, In: h.types.in, Out: h.types.out,
		CrashLimit: h.opts.CrashLimit, AtMostOnce: h.opts.AtMostOnce,
	})
	if err != nil {
		return err
	}
	return h.e.Keep(log)
}

// startOn is start on a function's pool.
func (h *handle) startOn() error {
	h.show()
	h.view.begin()
	if err := h.e.Admit(); err != nil {
		h.tellEnd(err)
		return err
	}
	h.e.Begin()
	return nil
}

// Admit implements [engine.Owner].
func (h *handle) Admit(*engine.Run) error { return h.f.admit(h.e) }

// Left implements [engine.Owner].
func (h *handle) Left(*engine.Run) {
	h.tellEnd(h.e.Cause())
	h.f.left(h)
}

// closeEvents is the last event of a run with a pool of its own, and the end of its observer.
func (h *handle) closeEvents() {
	defer close(h.finished)
	h.e.Join()
	h.view.end(supervisor.RunEnded, h.e.Cause())
	h.s.Events().Close(h.opts.Grace)
	h.view.seal()
}

// join waits until nothing of the run is left, its events included.
func (h *handle) join() {
	h.e.Join()
	if h.f != nil {
		h.f.joined(h)
	}
	if h.finished != nil {
		<-h.finished
	}
}

// untold is what has been settled since the function was told. The caller holds the function's lock.
func (h *handle) untold() tally {
	now := countsOf(h.e)
	news := now.minus(h.told)
	h.told = now
	return news
}

// countsOf is the inputs of a run that are settled.
func countsOf(e *engine.Run) tally { return tally{e.Succeeded(), e.Faults(), e.Cancelled()} }

// show shows the run to the observers that want to look, and tells all of its start.
func (h *handle) show() {
	about := About{ID: h.e.ID, Name: h.opts.Name, Options: h.opts}
	if h.f != nil {
		about.Parent = h.s.ID
	}
	h.view = newView(h.e, about, h.value)
	h.view.show(supervisor.RunStarted)
	h.view.opened()
}

// tellEnd tells observers of the end of a run on a function's pool.
func (h *handle) tellEnd(cause error) {
	h.view.end(supervisor.RunEnded, cause)
	h.view.seal()
}
