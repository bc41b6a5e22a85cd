package telemetry

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/longshore-go/longshore/mapper/metrics"
)

// instrument is one family at a meter.
type instrument struct {
	observable metric.Observable
	observe    func(metric.Observer, float64, metric.ObserveOption)
}

// maxWeight is how often an observation is recorded at most. OpenTelemetry has no weights, and
// no-ops are told of by the thousand: to record each would take longer than to execute them. So
// attempts of less than a microsecond count too little in the histogram, which has nothing to say
// about them anyway. The counters are exact.
const maxWeight = 32

// instrument makes the instruments.
func (t *Telemetry) instrument(m metric.Meter) error {
	var failed []error
	var pulled []metric.Observable
	instruments := map[string]instrument{}
	histograms := map[string]metric.Float64Histogram{}
	for _, f := range t.registry.Snapshot() {
		var err error
		if f.Type == metrics.Histogram {
			histograms[f.Instrument], err = m.Float64Histogram(f.Instrument, metric.WithDescription(f.Help), metric.WithUnit(f.Unit),
				metric.WithExplicitBucketBoundaries(metrics.Bounds()...))
		} else {
			var i instrument
			i, err = newInstrument(m, f)
			instruments[f.Instrument] = i
			pulled = append(pulled, i.observable)
		}
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	t.registry.Measured = func(name, function string, seconds float64, n int) {
		labels := metric.WithAttributeSet(attribute.NewSet(attribute.String("function", function)))
		for range min(n, maxWeight) {
			histograms[name].Record(context.Background(), seconds, labels)
		}
	}
	var err error
	t.pulled, err = m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for _, f := range t.registry.Snapshot() {
			if i, ok := instruments[f.Instrument]; ok {
				i.report(o, f)
			}
		}
		return nil
	}, pulled...)
	return err
}

// newInstrument makes one of whole numbers, unless it is of seconds.
func newInstrument(m metric.Meter, f metrics.Family) (instrument, error) {
	about, unit := metric.WithDescription(f.Help), metric.WithUnit(f.Unit)
	if f.Unit == "s" {
		i, err := m.Float64ObservableGauge(f.Instrument, about, unit)
		return instrument{i, func(o metric.Observer, v float64, with metric.ObserveOption) { o.ObserveFloat64(i, v, with) }}, err
	}
	var i metric.Int64Observable
	var err error
	if f.Type == metrics.Counter {
		i, err = m.Int64ObservableCounter(f.Instrument, about, unit)
	} else {
		i, err = m.Int64ObservableGauge(f.Instrument, about, unit)
	}
	return instrument{i, func(o metric.Observer, v float64, with metric.ObserveOption) { o.ObserveInt64(i, int64(v), with) }}, err
}

func (i instrument) report(o metric.Observer, f metrics.Family) {
	for _, s := range f.Samples {
		labels := make([]attribute.KeyValue, len(f.Labels))
		for n, name := range f.Labels {
			labels[n] = attribute.String(name, s.Labels[n])
		}
		i.observe(o, s.Value, metric.WithAttributeSet(attribute.NewSet(labels...)))
	}
}
