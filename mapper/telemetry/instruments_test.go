package telemetry_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/mapper/telemetry"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestInstruments: what is collected is what has happened, and what the registry says.
func TestInstruments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, reader, _ := metered(t)
		results := mapper.Map(t.Context(), work, ints(10), retried(tel))
		time.Sleep(500 * time.Millisecond)
		require.InDelta(t, 2, collect(t, reader)["longshore.container.running work run"], 0)
		for range results {
		}
		synctest.Wait()
		tel.Observe(supervisor.Event{Kind: supervisor.MachineLost, Machine: "a (pid 1)"})
		got := collect(t, reader)
		for name, want := range map[string]float64{
			"longshore.input_events.successes work run":    9,
			"longshore.input_events.failures work run":     1,
			"longshore.input_events.cancelled work run":    0,
			"longshore.input_events.total_inputs work run": 10,
			"longshore.input_events.retries work run":      2,
			"longshore.input_events.reruns work run":       1,
			"longshore.function.running_inputs work run":   0,
			"longshore.container.running work run":         0,
			"longshore.container.starts work run":          3,
			"longshore.container.crashes work run":         1,
			"longshore.crash.events panic work input":      1,
			"longshore.attempt.successes work":             9,
			"longshore.attempt.failures work":              3,
			"longshore.attempt.duration work":              12,
			"longshore.attempt.duration work sum":          9,
			"longshore.container.start_duration work":      3,
			"longshore.machine.events.lost":                1,
		} {
			require.InDelta(t, want, got[name], 0, name)
		}
		for _, f := range tel.Registry().Snapshot() {
			for _, s := range f.Samples {
				key := strings.Join(append([]string{f.Instrument}, s.Labels...), " ")
				require.Contains(t, got, key)
				if f.Type != metrics.Histogram {
					require.InDelta(t, s.Value, got[key], 0, key)
				}
			}
		}
	})
}

// TestCrashLoop: it opens, and closes.
func TestCrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, reader, _ := metered(t)
		var works atomic.Bool
		f, err := mapper.Deploy(t.Context(), broken(&works), mapper.Options{Name: "api", Containers: 1, Observer: tel})
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 7)
		require.NoError(t, err)
		for !f.Stats().Pool.CrashLooping {
			time.Sleep(time.Second)
		}
		synctest.Wait()
		got, pool := collect(t, reader), f.Stats().Pool
		require.InDelta(t, 1, got["longshore.function.crash_looping api function"], 0)
		require.InDelta(t, time.Until(pool.Containers[0].NextStart).Seconds(), got["longshore.function.next_start api function"], 0)
		require.Positive(t, got["longshore.function.next_start api function"])
		require.InDelta(t, pool.StartDebt, got["longshore.crash.start_debt api function"], 0)
		require.InDelta(t, 1, got["longshore.function.pending_inputs api function"], 0)
		works.Store(true)
		_, err = call.Get(t.Context())
		require.NoError(t, err)
		for f.Stats().Pool.CrashLooping {
			_, err = f.Call(t.Context(), 1)
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		crashes := float64(f.Stats().Pool.Crashes)
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		got = collect(t, reader)
		require.InDelta(t, 0, got["longshore.function.crash_looping api function"], 0)
		require.InDelta(t, crashes, got["longshore.container.crashes api function"], 0)
		require.InDelta(t, crashes, got["longshore.crash.events error api start"], 0)
		require.InDelta(t, 1, got["longshore.container.start_duration api"], 0)
		require.InDelta(t, .1, got["longshore.container.start_duration api sum"], 1e-9)
	})
}

// TestSlowCollection: a collection that is stuck in the middle holds up no run.
func TestSlowCollection(t *testing.T) {
	t.Parallel()
	tel, reader, provider := metered(t)
	stuck, release, collected := make(chan struct{}), make(chan struct{}), make(chan struct{})
	other := provider.Meter("other")
	gauge, err := other.Int64ObservableGauge("other")
	require.NoError(t, err)
	var once atomic.Bool
	_, err = other.RegisterCallback(func(context.Context, metric.Observer) error {
		if once.CompareAndSwap(false, true) {
			close(stuck)
			<-release
		}
		return nil
	}, gauge)
	require.NoError(t, err)
	go func() {
		defer close(collected)
		collect(t, reader)
	}()
	<-stuck
	require.NoError(t, mapper.Each(t.Context(), func(context.Context, int) error { return nil }, ints(100), mapper.Options{Observer: tel}))
	close(release)
	<-collected
	require.InDelta(t, 100, collect(t, reader)["longshore.input_events.successes  run"], 0)
}

// TestClose: the instruments report nothing any more.
func TestClose(t *testing.T) {
	t.Parallel()
	tel, reader, _ := metered(t)
	require.NoError(t, mapper.Each(t.Context(), func(context.Context, int) error { return nil }, ints(2), mapper.Options{Observer: tel}))
	require.Contains(t, collect(t, reader), "longshore.input_events.successes  run")
	require.NoError(t, tel.Close())
	require.NotContains(t, collect(t, reader), "longshore.input_events.successes  run")
}

// bomb is a meter whose histograms panic.
type bomb struct{ noopmetric.MeterProvider }

type bombMeter struct{ noopmetric.Meter }

type bombHistogram struct{ noopmetric.Float64Histogram }

func (bomb) Meter(string, ...metric.MeterOption) metric.Meter { return bombMeter{} }

func (bombMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return bombHistogram{}, nil
}

func (bombHistogram) Record(context.Context, float64, ...metric.RecordOption) { panic("boom") }

// rows counts the events of attempts that have ended. Cheap ones are told of several at a time.
type rows struct{ n int }

func (r *rows) Wants(kind supervisor.Kind) bool { return kind == supervisor.AttemptsEnded }
func (r *rows) Observe(supervisor.Event)        { r.n++ }

// TestPanickingMeter: it harms neither the run nor what the other parts tell.
func TestPanickingMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := tracetest.NewSpanRecorder()
		tel, err := telemetry.New(telemetry.Options{
			MeterProvider: bomb{}, TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)),
		})
		require.NoError(t, err)
		var told rows
		opts := retried(tel)
		opts.Observer = supervisor.Observers{tel, &told}
		for res := range mapper.Map(t.Context(), work, ints(10), opts) {
			require.Equal(t, res.Index == 1, res.Err != nil)
		}
		synctest.Wait()
		require.Len(t, named(recorder, "longshore.run"), 1)
		spans := named(recorder, "longshore.attempt")
		require.NotEmpty(t, spans)
		for _, f := range tel.Registry().Snapshot() {
			switch f.Instrument {
			case "longshore.input_events.successes":
				require.InDelta(t, 9, f.Samples[0].Value, 0)
			case "longshore.attempt.successes":
				require.InDelta(t, 9, f.Samples[0].Value, 0)
			case "longshore.events.dropped":
				require.InDelta(t, told.n+3, f.Samples[0].Value, 0) // with the starts, all that were to be recorded
			}
		}
	})
}

// refusing is a meter that makes no counters.
type refusing struct{ noopmetric.MeterProvider }

type refusingMeter struct{ noopmetric.Meter }

func (refusing) Meter(string, ...metric.MeterOption) metric.Meter { return refusingMeter{} }

func (refusingMeter) Int64ObservableCounter(string, ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	return nil, errBad
}

func TestNewFails(t *testing.T) {
	t.Parallel()
	for _, spans := range []int{-1, 1_000_001} {
		_, err := telemetry.New(telemetry.Options{Spans: spans})
		invalid, ok := errors.AsType[*policy.InvalidError](err)
		require.True(t, ok)
		require.Equal(t, "Spans", invalid.Field)
	}
	_, err := telemetry.New(telemetry.Options{MeterProvider: refusing{}})
	require.ErrorIs(t, err, errBad)
}
