package telemetry

import (
	"cmp"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// scope is the name under which we measure and trace.
const scope = "github.com/longshore-go/longshore/mapper/telemetry"

// Options says where telemetry goes. The zero value works.
type Options struct {
	// MeterProvider makes the instruments. For none, use package metric/noop. Nil means
	// otel.GetMeterProvider.
	MeterProvider metric.MeterProvider

	// TracerProvider makes the spans. For none, use package trace/noop. Nil means
	// otel.GetTracerProvider.
	TracerProvider trace.TracerProvider

	// Spans is how many spans and events a run, or the calls of a function, may have in a
	// second, 1 to 1,000,000. Half of them are kept for what fails; what is dropped is
	// counted in the attribute longshore.spans.dropped. Zero means 100.
	Spans int
}

const (
	defaultSpans = 100
	maxSpans     = 1_000_000
)

// Telemetry is the Observer of any number of runs and functions, see mapper.Options. Its
// methods are safe for concurrent use.
type Telemetry struct {
	registry metrics.Registry
	traces   *traces
	pulled   metric.Registration
}

var _ mapper.Watcher = (*Telemetry)(nil)

// New makes the instruments. It returns a *policy.InvalidError, or the error of the
// MeterProvider. Whoever makes a Telemetry may Close it when its runs have ended.
func New(opts Options) (*Telemetry, error) {
	if opts.Spans < 0 || opts.Spans > maxSpans {
		return nil, &policy.InvalidError{Field: "Spans", Value: opts.Spans, Reason: "must be 0 (the default) to 1000000"}
	}
	opts.Spans = cmp.Or(opts.Spans, defaultSpans)
	if opts.MeterProvider == nil {
		opts.MeterProvider = otel.GetMeterProvider()
	}
	if opts.TracerProvider == nil {
		opts.TracerProvider = otel.GetTracerProvider()
	}
	t := &Telemetry{traces: newTraces(opts.TracerProvider.Tracer(scope), opts.Spans)}
	if err := t.instrument(opts.MeterProvider.Meter(scope)); err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	return t, nil
}

// Watch takes note of a run or a function.
func (t *Telemetry) Watch(v mapper.View) {
	t.registry.Watch(v)
	t.traces.watch(v)
}

// Wants reports which events are passed on.
func (t *Telemetry) Wants(kind supervisor.Kind) bool {
	return t.registry.Wants(kind) || t.traces.wants(kind)
}

// Observe passes an event on. If a meter panics, the tracer is told nevertheless; the panic
// goes to the pool, which counts it as a lost event.
func (t *Telemetry) Observe(ev supervisor.Event) {
	defer t.traces.observe(ev)
	t.registry.Observe(ev)
}

// Registry is the numbers, for those who want to see them here too.
func (t *Telemetry) Registry() *metrics.Registry { return &t.registry }

// Close has the instruments report nothing any more, and ends the spans of runs that have not
// ended. It returns the error of the MeterProvider. It does not wait for runs, and is not needed
// before a MeterProvider is shut down, which knows what it has collected last.
func (t *Telemetry) Close() error {
	t.traces.close()
	if err := t.pulled.Unregister(); err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	return nil
}
