package mapper

import (
	"context"
	"iter"
	"math"

	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// door is how a run comes to its containers: those of a pool of its own, or those of a
// function. It validates what the caller has given. (It is no func: a closure would be
// compiled anew wherever the types are.)
type door interface {
	enter(context.Context) (*handle, error)
}

// alone gives a run a pool of its own, which lives as long as the run.
type alone struct {
	body   shape
	types  types
	opts   Options
	lowest bool // after a crash the lowest input is tried
}

func (d *alone) enter(ctx context.Context) (*handle, error) {
	if err := d.body.validate(); err != nil {
		return nil, err
	}
	opts, err := d.opts.filled()
	if err != nil {
		return nil, err
	}
	if opts.Scale != (Scale{}) {
		return nil, invalid("Scale", opts.Scale, "is for Deploy: a run of its own has Containers")
	}
	if err := d.body.check(opts.Runtime); err != nil {
		return nil, err
	}
	if err := d.body.bears(opts); err != nil {
		return nil, err
	}
	s := engine.NewScheduler(fleet.New(opts.fleet(numbers.Add(1), false), d.body.plan))
	s.OpenGates(opts.gates(d.body))
	cfg := opts.engine(d.types, nil)
	cfg.InOrder = d.body.inOrder()
	cfg.Lowest = d.lowest
	return &handle{e: engine.NewRun(ctx, s, s.ID, cfg), s: s, opts: opts, types: d.types}, nil
}

// runDoor lets a run in.
type runDoor struct {
	f     *life
	types types
	run   RunOptions
}

func (d *runDoor) enter(ctx context.Context) (*handle, error) {
	f, opts := d.f, d.f.opts
	if err := d.run.validate(); err != nil {
		return nil, err
	}
	opts.ReturnExceptions, opts.Unordered, opts.Outstanding = d.run.ReturnExceptions, d.run.Unordered, d.run.Outstanding
	opts.Journal = d.run.Journal
	opts.Containers = f.s.Scale().Max
	if n := d.run.Containers; n > 0 {
		opts.Containers = min(opts.Containers, n)
	}
	opts, err := opts.filled()
	if err != nil {
		return nil, err
	}
	if f.stopped() {
		return nil, f.ending()
	}
	h := &handle{s: f.s, opts: opts, f: f, types: d.types}
	cfg := opts.engine(d.types, h)
	cfg.InOrder, cfg.Share = f.inOrder, d.run.Share
	if n := d.run.Containers; n > 0 {
		cfg.Workers = n * opts.MaxInputs
	}
	h.e = engine.NewRun(ctx, f.s, numbers.Add(1), cfg)
	return h, nil
}

// startSlice begins a run over a slice. room is how many results wait in a channel.
func startSlice[In, Out any](ctx context.Context, d door, inputs []In, room int) (*Run[In, Out], error) {
	h, err := d.enter(ctx)
	if err != nil {
		return nil, err
	}
	run := &Run[In, Out]{reading: newReading(h, room)}
	takeSlice[In, Out](h, inputs)
	h.queue()
	if err := h.start(); err != nil {
		return nil, err
	}
	return run, nil
}

// takeSlice has inputs come from a slice.
func takeSlice[In, Out any](h *handle, inputs []In) {
	if h.types.expands != nil {
		f := typed.NewFrontier[In, Out](uniqueOf[In](h.types.expands))
		f.Take(h.takeFrontier(f), inputs)
	} else {
		h.e.TakeSlice(&typed.Slice[In, Out]{In: inputs}, len(inputs))
	}
	h.value = func(i int) (any, bool) {
		if i < 0 || i >= len(inputs) {
			return nil, false
		}
		return describe[In](&inputs[i]), true
	}
}

// startSeq begins a run over an iterator.
func startSeq[In, Out any](ctx context.Context, d door, inputs iter.Seq[In], room int) (*Run[In, Out], error) {
	h, err := d.enter(ctx)
	if err != nil {
		return nil, err
	}
	if inputs == nil {
		inputs = func(func(In) bool) {}
	}
	run := &Run[In, Out]{reading: newReading(h, room)}
	pull := takeSeq[In, Out](h, inputs)
	h.queue()
	if err := h.start(); err != nil {
		return nil, err
	}
	go pull()
	return run, nil
}

// takeSeq has inputs come from an iterator, which is for the goroutine that pull becomes.
func takeSeq[In, Out any](h *handle, inputs iter.Seq[In]) (pull func()) {
	if h.types.expands != nil {
		f := typed.NewFrontier[In, Out](uniqueOf[In](h.types.expands))
		to := h.takeFrontier(f)
		return func() { f.Pull(to, inputs, h.sourceEnded) }
	}
	it := h.e.TakeIterator()
	return func() { typed.Pull[In, Out](it, inputs, h.sourceEnded) }
}

// queue has an emitter deliver the results of a run whose source is in place.
func (h *handle) queue() {
	inputs := max(h.e.Source().Total(), 1)
	h.e.Queue(min(h.e.Window.Size, inputs), h.opts.Unordered)
}

// sourceEnded is told that the iterator has ended. A panic ends the run, and the error of a [Source] the inputs alone.
func (h *handle) sourceEnded(panicked *intake.Panicked) {
	if panicked == nil {
		h.e.SourceEnded(nil)
		return
	}
	if failure, ok := panicked.Value.(*sourceFailure); ok {
		h.e.SourceEnded(&SourceError{Err: failure.err})
		return
	}
	h.e.Finish(&SourceError{Panic: panicked.Value, Stack: panicked.Stack})
}

// collect is a run over a slice whose values go straight to their places.
func collect[In, Out any](ctx context.Context, d door, inputs []In) ([]Out, error) {
	out := make([]Out, len(inputs))
	h, err := d.enter(ctx)
	if err != nil {
		return out, err
	}
	if len(inputs) == 0 {
		h.e.Cancel()
		return out, nil
	}
	h.e.Bound(math.MaxInt)
	takeSlice[In, Out](h, inputs)
	if h.types.expands != nil {
		return collectAll[In, Out](h)
	}
	sink := &typed.SliceSink[In, Out]{Out: out, Free: h.e.Free()}
	h.e.DeliverTo(sink)
	if err := h.start(); err != nil {
		return out, err
	}
	h.join()
	return out, h.collected(&sink.Failures)
}

// each is collect without the values, which are let go of as they come.
func each[In, Out any](ctx context.Context, d door, inputs []In) error {
	h, err := d.enter(ctx)
	if err != nil {
		return err
	}
	if len(inputs) == 0 {
		h.e.Cancel()
		return nil
	}
	h.e.Bound(math.MaxInt)
	takeSlice[In, Out](h, inputs)
	sink := &typed.NoSink{Free: h.e.Free()}
	h.e.DeliverTo(sink)
	if err := h.start(); err != nil {
		return err
	}
	h.join()
	return h.collected(&sink.Failures)
}

// collected is the error of a joined run.
func (h *handle) collected(failed *typed.Failures) error {
	if !h.opts.ReturnExceptions {
		return h.e.Reason()
	}
	cause := h.e.Cause()
	if cause != nil {
		h.e.Abort()
	}
	src := h.e.Source()
	sorted := failed.InOrder()
	failures := make([]InputError, 0, len(sorted))
	for _, f := range sorted {
		failures = append(failures, InputError{Index: f.Index, Attempts: f.Attempts, Err: f.Err, Unfinished: f.Ended})
	}
	if cause != nil {
		for i := src.Taken(); i < src.Total(); i++ {
			failures = append(failures, InputError{Index: i, Err: cause, Unfinished: true})
		}
	}
	if len(failures) == 0 {
		return h.e.Reason()
	}
	return &FailuresError{Failures: failures, Inputs: src.Total()}
}

// takeFrontier has inputs come from the attempts of the run too.
func (h *handle) takeFrontier(inputs intake.Added) *intake.Frontier {
	return h.e.TakeFrontier(inputs, h.types.expands.breadthFirst, !h.opts.Unordered)
}

// collectAll is collect where there are more values than inputs were given.
func collectAll[In, Out any](h *handle) ([]Out, error) {
	sink := &typed.GrowingSink[In, Out]{Free: h.e.Free()}
	h.e.DeliverTo(sink)
	if err := h.start(); err != nil {
		return nil, err
	}
	h.join()
	err := h.collected(&sink.Failures)
	sink.Grow(h.e.Frontier().Known())
	return sink.Out, err
}
