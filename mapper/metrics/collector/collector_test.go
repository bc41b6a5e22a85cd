package collector_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/mapper/metrics/collector"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
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
	time.Sleep(time.Second)
	return i, nil
}

// run runs it under a name.
func run(t *testing.T, r *metrics.Registry, name string) {
	t.Helper()
	_, err := mapper.Collect(t.Context(), work, []int{0, 1, 2, 3}, mapper.Options{
		Name: name, Containers: 2, ReturnExceptions: true, Observer: r, Retries: policy.FixedRetries(1),
	})
	require.Error(t, err)
}

// TestCollector: what is gathered is what WriteText writes, to the real parser, and the linter
// has nothing to say about it.
func TestCollector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		gatherer := prometheus.NewPedanticRegistry()
		gatherer.MustRegister(collector.New(&r))
		run(t, &r, "thumbnail")
		run(t, &r, "a\"b\\c\nd 1\n\xff{")
		synctest.Wait()
		r.Observe(supervisor.Event{Kind: supervisor.MachineLost, Machine: "a (pid 1)"})
		var text bytes.Buffer
		require.NoError(t, r.WriteText(&text))
		require.NoError(t, testutil.GatherAndCompare(gatherer, bytes.NewReader(text.Bytes())))
		problems, err := testutil.GatherAndLint(gatherer)
		require.NoError(t, err)
		require.Empty(t, problems)
		problems, err = promlint.New(&text).Lint()
		require.NoError(t, err)
		require.Empty(t, problems)
		require.NoError(t, testutil.GatherAndCompare(gatherer, strings.NewReader(`
# HELP longshore_inputs_total Inputs settled, by state.
# TYPE longshore_inputs_total counter
longshore_inputs_total{function="a\"b\\c\nd 1\n`+"\uFFFD"+`{",kind="run",state="succeeded"} 3
longshore_inputs_total{function="a\"b\\c\nd 1\n`+"\uFFFD"+`{",kind="run",state="failed"} 1
longshore_inputs_total{function="a\"b\\c\nd 1\n`+"\uFFFD"+`{",kind="run",state="cancelled"} 0
longshore_inputs_total{function="thumbnail",kind="run",state="succeeded"} 3
longshore_inputs_total{function="thumbnail",kind="run",state="failed"} 1
longshore_inputs_total{function="thumbnail",kind="run",state="cancelled"} 0
# HELP longshore_crash_events_total Crashes by what the container did, and what ended it. From events.
# TYPE longshore_crash_events_total counter
longshore_crash_events_total{cause="panic",function="a\"b\\c\nd 1\n`+"\uFFFD"+`{",phase="input"} 1
longshore_crash_events_total{cause="panic",function="thumbnail",phase="input"} 1
# HELP longshore_machine_events_total What happened to machines while a run or a function was on their fleet. From events.
# TYPE longshore_machine_events_total counter
longshore_machine_events_total{event="joined"} 0
longshore_machine_events_total{event="draining"} 0
longshore_machine_events_total{event="left"} 0
longshore_machine_events_total{event="lost"} 1
`), "longshore_inputs_total", "longshore_crash_events_total", "longshore_machine_events_total"))
	})
}

// TestParsed: a parser that knows nothing of us reads the text, also when there is nothing yet.
func TestParsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		for _, name := range []string{"", "thumbnail"} {
			var text bytes.Buffer
			require.NoError(t, r.WriteText(&text))
			parser := expfmt.NewTextParser(model.LegacyValidation)
			families, err := parser.TextToMetricFamilies(&text)
			require.NoError(t, err)
			if name == "thumbnail" {
				histogram := families["longshore_attempt_duration_seconds"].Metric[0].Histogram
				require.Equal(t, uint64(6), histogram.GetSampleCount())
				require.InDelta(t, 3, histogram.GetSampleSum(), 0)
				last := uint64(0)
				for _, b := range histogram.Bucket {
					require.GreaterOrEqual(t, b.GetCumulativeCount(), last)
					last = b.GetCumulativeCount()
				}
				require.Equal(t, uint64(6), last)
			}
			run(t, &r, "thumbnail")
			synctest.Wait()
		}
	})
}

// TestStuckScrape: a scrape that is stuck in the middle holds up neither runs nor other scrapes.
func TestStuckScrape(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	c := collector.New(&r)
	no := func(context.Context, int) error { return nil }
	opts := mapper.Options{Name: "work", Observer: &r}
	require.NoError(t, mapper.Each(t.Context(), no, make([]int, 10), opts))
	stuck, done := make(chan prometheus.Metric), make(chan struct{})
	go func() {
		defer close(done)
		c.Collect(stuck)
	}()
	<-stuck
	require.NoError(t, mapper.Each(t.Context(), no, make([]int, 10), opts))
	require.Positive(t, testutil.CollectAndCount(c))
	go func() {
		defer close(stuck)
		<-done
	}()
	for range stuck { // the rest of it
	}
}

// Without any other metrics, metrics.Registry.WriteText does the same.
func ExampleNew() {
	var counts metrics.Registry
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector.New(&counts))
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})

	_ = mapper.Each(context.Background(), func(context.Context, string) error { return nil },
		[]string{"a.jpg", "b.jpg"}, mapper.Options{Name: "thumbnail", Observer: &counts})

	page := httptest.NewRecorder()
	handler.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(page.Body.String()) {
		if strings.Contains(line, `state="succeeded"`) {
			fmt.Print(line)
		}
	}
	// Output:
	// longshore_inputs_total{function="thumbnail",kind="run",state="succeeded"} 2
}
