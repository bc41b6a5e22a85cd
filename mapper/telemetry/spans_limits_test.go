package telemetry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/longshore-go/longshore/mapper"
)

// TestSampledOut: a run that nobody wants is forgotten at once.
func TestSampledOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 0, sdktrace.NeverSample())
		results := mapper.Map(t.Context(), work, ints(10), retried(tel))
		synctest.Wait()
		require.Zero(t, tel.Held())
		for range results {
		}
		require.Empty(t, recorder.Started())
	})
}

// TestSpansAreLimited: so many a second, and what fails first.
func TestSpansAreLimited(t *testing.T) {
	for _, limit := range []int{1, 10, 1000} {
		synctest.Test(t, func(t *testing.T) {
			tel, recorder := traced(t, limit, sdktrace.AlwaysSample())
			_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
				time.Sleep(10 * time.Millisecond)
				if i%20 == 19 {
					return 0, errBad
				}
				return i, nil
			}, ints(400), mapper.Options{Containers: 1, ReturnExceptions: true, Observer: tel})
			require.Error(t, err)
			synctest.Wait()
			kept, failed := map[int64]int{}, 0
			attempts := named(recorder, "longshore.attempt")
			for _, span := range attempts {
				kept[span.EndTime().Unix()]++
				if span.Status().Code == codes.Error {
					failed++
				}
			}
			for _, n := range kept {
				require.LessOrEqual(t, n, limit)
			}
			run := named(recorder, "longshore.run")[0]
			events := 0
			for _, ev := range run.Events() {
				require.Equal(t, "longshore.input_failed", ev.Name)
				events++
			}
			dropped, _ := attributes(run.Attributes())["longshore.spans.dropped"].(int64)
			require.Equal(t, 400+20, len(attempts)+events+int(dropped))
			switch limit {
			case 1000:
				require.Zero(t, dropped)
			case 10: // of the second half, failures and their events have all; each second but the first begins with one
				require.Equal(t, []int{5 + 3*3, 2 + 3*3 + 1, 3 + 3*4 + 1}, []int{len(attempts) - failed, failed, events})
			}
		})
	}
}

// TestLimitOfCalls: a function says what was dropped in the next span of a call.
func TestLimitOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, recorder := traced(t, 1, sdktrace.AlwaysSample())
		f, err := mapper.Deploy(t.Context(), mapper.Plain(func(context.Context, int) (int, error) { return 1, nil }), mapper.Options{
			Containers: 1, Observer: tel,
		})
		require.NoError(t, err)
		for range 3 {
			_, err = f.Call(t.Context(), 1)
			require.NoError(t, err)
			synctest.Wait()
		}
		for range 2 {
			time.Sleep(time.Second)
			_, err = f.Call(t.Context(), 1)
			require.NoError(t, err)
		}
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		attempts := named(recorder, "longshore.attempt")
		require.Len(t, attempts, 3)
		require.Equal(t, int64(2), attributes(attempts[1].Attributes())["longshore.spans.dropped"])
		require.NotContains(t, attributes(attempts[2].Attributes()), "longshore.spans.dropped")
	})
}
