package telemetry_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/telemetry"
	"github.com/longshore-go/longshore/policy"
)

var errBad = errors.New("bad")

// work takes a second. Input 0 panics once, 1 fails always, 2 once.
func work(ctx context.Context, i int) (int, error) {
	attempt, _ := mapper.AttemptFrom(ctx)
	first := attempt.Attempt == 1
	switch {
	case i == 0 && first:
		panic("oh no")
	case i == 1, i == 2 && first:
		return 0, errBad
	}
	select {
	case <-time.After(time.Second):
		return i, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// retried is the options of a run that fails now and then.
func retried(t *telemetry.Telemetry) mapper.Options {
	return mapper.Options{
		Name: "work", Containers: 2, ReturnExceptions: true, Observer: t,
		Retries: policy.Retries{MaxRetries: 1, InitialDelay: 5 * time.Second},
	}
}

func ints(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// broken is a body whose containers start, in 100 ms, when told so.
func broken(works *atomic.Bool) mapper.Body[int, int] {
	return mapper.WithState(func(context.Context) (int, error) {
		time.Sleep(100 * time.Millisecond)
		if !works.Load() {
			return 0, errBad
		}
		return 0, nil
	}, func(_ context.Context, _ int, i int) (int, error) { return i, nil }, nil)
}

// metered is a Telemetry with real instruments and no spans.
func metered(t *testing.T) (*telemetry.Telemetry, *sdkmetric.ManualReader, metric.MeterProvider) {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	tel, err := telemetry.New(telemetry.Options{MeterProvider: provider, TracerProvider: nooptrace.NewTracerProvider()})
	require.NoError(t, err)
	return tel, reader, provider
}

// traced is a Telemetry with real spans and no instruments.
func traced(t *testing.T, limit int, sampler sdktrace.Sampler) (*telemetry.Telemetry, *tracetest.SpanRecorder) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(sampler))
	tel, err := telemetry.New(telemetry.Options{
		MeterProvider: noopmetric.NewMeterProvider(), TracerProvider: provider, Spans: limit,
	})
	require.NoError(t, err)
	return tel, recorder
}

// collect is what the SDK collects: "name value value" and, of histograms, " sum".
func collect(t *testing.T, reader *sdkmetric.ManualReader) map[string]float64 {
	t.Helper()
	var data metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &data))
	all := map[string]float64{}
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				require.True(t, d.IsMonotonic, m.Name)
				for _, p := range d.DataPoints {
					all[m.Name+words(p.Attributes)] = float64(p.Value)
				}
			case metricdata.Gauge[int64]:
				for _, p := range d.DataPoints {
					all[m.Name+words(p.Attributes)] = float64(p.Value)
				}
			case metricdata.Gauge[float64]:
				for _, p := range d.DataPoints {
					all[m.Name+words(p.Attributes)] = p.Value
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					all[m.Name+words(p.Attributes)] = float64(p.Count)
					all[m.Name+words(p.Attributes)+" sum"] = p.Sum
				}
			default:
				require.Failf(t, "unknown", "%T", d)
			}
		}
	}
	return all
}

// words is the values of attributes, sorted by their names.
func words(set attribute.Set) string {
	all := ""
	for _, kv := range set.ToSlice() {
		all += " " + kv.Value.String()
	}
	return all
}

// attributes is those of a span, by name.
func attributes(all []attribute.KeyValue) map[string]any {
	m := map[string]any{}
	for _, kv := range all {
		m[string(kv.Key)] = kv.Value.AsInterface()
	}
	return m
}

// named is the spans of that name, in the order of their ends.
func named(recorder *tracetest.SpanRecorder, name string) (some []sdktrace.ReadOnlySpan) {
	for _, s := range recorder.Ended() {
		if s.Name() == name {
			some = append(some, s)
		}
	}
	return some
}

// requireLinked checks that a span is the root of a trace that is linked to another.
func requireLinked(t *testing.T, span sdktrace.ReadOnlySpan, to trace.SpanContext) {
	t.Helper()
	require.False(t, span.Parent().IsValid())
	require.Len(t, span.Links(), 1)
	require.Equal(t, to, span.Links()[0].SpanContext)
}
