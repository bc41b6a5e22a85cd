package telemetry_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/telemetry"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestSpansOfARun: the attempts are children of the run, with the times of the events.
func TestSpansOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 0, sdktrace.AlwaysSample())
		begun := time.Now()
		for range mapper.Map(t.Context(), work, ints(10), retried(tel)) {
		}
		synctest.Wait()
		require.Zero(t, tel.Held())
		require.Len(t, recorder.Started(), len(recorder.Ended()))
		runs := named(recorder, "longshore.run")
		require.Len(t, runs, 1)
		run := runs[0]
		require.Equal(t, begun, run.StartTime())
		require.Equal(t, time.Now(), run.EndTime())
		require.Equal(t, codes.Unset, run.Status().Code)
		require.Equal(t, "work", attributes(run.Attributes())["longshore.function"])
		require.Equal(t, "completed_with_failures", attributes(run.Attributes())["longshore.outcome"])
		require.Len(t, run.Events(), 2)
		crash, failure := run.Events()[0], run.Events()[1]
		require.Equal(t, "longshore.container_crashed", crash.Name)
		require.Equal(t, begun, crash.Time)
		require.Subset(t, attributes(crash.Attributes), map[string]any{
			"longshore.input": int64(0), "longshore.phase": "input", "longshore.cause": "panic",
		})
		require.Contains(t, attributes(crash.Attributes)["longshore.error"], "oh no")
		require.Equal(t, "longshore.input_failed", failure.Name)
		require.Equal(t, "bad", attributes(failure.Attributes)["longshore.error"])
		attempts, failed := 0, 0
		for _, span := range named(recorder, "longshore.attempt") {
			require.Equal(t, run.SpanContext(), span.Parent())
			said := attributes(span.Attributes())
			if count, several := said["longshore.count"].(int64); several { // one of them has failed, or more
				attempts += int(count)
				failed += int(said["longshore.failed"].(int64))
				continue
			}
			attempts++
			if span.Status().Code == codes.Error {
				failed++
				require.Equal(t, "bad", span.Status().Description)
				require.Equal(t, span.StartTime(), span.EndTime())
				require.LessOrEqual(t, said["longshore.input"], int64(2))
			} else {
				require.Equal(t, time.Second, span.EndTime().Sub(span.StartTime()))
			}
		}
		require.Equal(t, []int{12, 3}, []int{attempts, failed})
	})
}

// TestSpansOfAFailedRun: its status is the error, which is cut.
func TestSpansOfAFailedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 0, sdktrace.AlwaysSample())
		require.Error(t, mapper.Each(t.Context(), func(context.Context, int) error {
			return fmt.Errorf("%w: %s", errBad, strings.Repeat("é", 5000))
		}, ints(1), mapper.Options{Observer: tel}))
		synctest.Wait()
		for _, name := range []string{"longshore.run", "longshore.attempt"} {
			spans := named(recorder, name)
			require.Len(t, spans, 1)
			require.Equal(t, codes.Error, spans[0].Status().Code)
			require.Contains(t, spans[0].Status().Description, "bad: éé")
			require.LessOrEqual(t, len(spans[0].Status().Description), 1002)
			require.True(t, strings.ToValidUTF8(spans[0].Status().Description, "") == spans[0].Status().Description)
		}
	})
}

// TestSpansOfAFunction: it has no span but the moment of its deploy, to which all are linked.
func TestSpansOfAFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 0, sdktrace.AlwaysSample())
		var works atomic.Bool
		f, err := mapper.Deploy(t.Context(), broken(&works), mapper.Options{Name: "api", Containers: 1, Observer: tel})
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 7)
		require.NoError(t, err)
		for !f.Stats().Pool.CrashLooping {
			time.Sleep(time.Second)
		}
		works.Store(true)
		_, err = call.Get(t.Context())
		require.NoError(t, err)
		for again := true; again; again = f.Stats().Pool.CrashLooping {
			_, err = f.Collect(t.Context(), ints(2), mapper.RunOptions{})
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		crashes := f.Stats().Pool.Crashes
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		require.Zero(t, tel.Held())
		require.Len(t, recorder.Started(), len(recorder.Ended()))
		deploys := named(recorder, "longshore.deploy")
		require.Len(t, deploys, 1)
		deploy := deploys[0]
		require.Equal(t, deploy.StartTime(), deploy.EndTime())
		for name, n := range map[string]int{
			"longshore.container_crashed": crashes, "longshore.crash_loop_opened": 1,
			"longshore.crash_loop_closed": 1, "longshore.function_stopped": 1,
		} {
			require.Len(t, named(recorder, name), n, name)
			for _, span := range named(recorder, name) {
				requireLinked(t, span, deploy.SpanContext())
			}
		}
		crash := named(recorder, "longshore.container_crashed")[0]
		require.Equal(t, codes.Error, crash.Status().Code)
		require.Subset(t, attributes(crash.Attributes()), map[string]any{
			"longshore.function": "api", "longshore.phase": "start", "longshore.cause": "error",
		})
		runs := map[any]bool{}
		for _, run := range named(recorder, "longshore.run") {
			requireLinked(t, run, deploy.SpanContext())
			runs[run.SpanContext().SpanID()] = true
		}
		require.NotEmpty(t, runs)
		calls := 0
		for _, span := range named(recorder, "longshore.attempt") {
			if !runs[span.Parent().SpanID()] {
				requireLinked(t, span, deploy.SpanContext())
				calls++
			}
		}
		require.Equal(t, 1, calls)
	})
}

// deaf is not told of the end of runs.
type deaf struct{ *telemetry.Telemetry }

func (deaf) Wants(kind supervisor.Kind) bool { return kind == supervisor.RunStarted }

// TestLostEnds: the span of a run whose end we are not told of ends nevertheless, some time.
func TestLostEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 0, sdktrace.AlwaysSample())
		for range 500 {
			require.NoError(t, mapper.Each(t.Context(), func(context.Context, int) error { return nil }, ints(1),
				mapper.Options{Containers: 1, Observer: deaf{tel}}))
			time.Sleep(time.Second)
			require.LessOrEqual(t, tel.Held(), 121)
		}
		require.NotEmpty(t, recorder.Ended())
		require.NoError(t, tel.Close())
		require.Len(t, recorder.Ended(), 500)
		require.Zero(t, tel.Held())
	})
}

// stuck is an error that does not say what it is until it is let go.
type stuck chan struct{}

func (s stuck) Error() string {
	<-s
	return "stuck"
}

// TestErrorThatBlocks: it is waited for, and not for ever.
func TestErrorThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 0, sdktrace.AlwaysSample())
		err := make(stuck)
		defer close(err)
		_, got := mapper.Collect(t.Context(), func(context.Context, int) (int, error) { return 0, err }, ints(1), mapper.Options{
			Observer: tel, Grace: time.Minute,
		})
		require.Error(t, got)
		require.NoError(t, tel.Close())
		spans := named(recorder, "longshore.attempt")
		require.Len(t, spans, 1)
		require.Contains(t, spans[0].Status().Description, "has not returned within")
	})
}

// TestNoTracer: without a provider, that of the program is used, which is none.
func TestNoTracer(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(telemetry.Options{})
	require.NoError(t, err)
	require.NoError(t, mapper.Each(t.Context(), func(context.Context, int) error { return nil }, ints(1), mapper.Options{
		Observer: tel, Retries: policy.FixedRetries(1),
	}))
	require.Zero(t, tel.Held())
	require.NoError(t, tel.Close())
}

// TestSpansOfACaller: a run is a part of what its caller does.
func TestSpansOfACaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 0, sdktrace.AlwaysSample())
		ctx, caller := sdktrace.NewTracerProvider().Tracer("caller").Start(t.Context(), "batch")
		_, err := mapper.Collect(ctx, work, []int{3}, mapper.Options{Observer: tel})
		require.NoError(t, err)
		caller.End()
		synctest.Wait()
		runs := named(recorder, "longshore.run")
		require.Len(t, runs, 1)
		require.Equal(t, caller.SpanContext().SpanID(), runs[0].Parent().SpanID())
		require.Equal(t, caller.SpanContext().TraceID(), runs[0].SpanContext().TraceID())
	})
}
