package metrics_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
)

// TestText: a hostile name stays within its quotes, and a histogram is cumulative.
func TestText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		err := mapper.Each(t.Context(), func(_ context.Context, i int) error {
			time.Sleep(time.Duration(i) * time.Second)
			return nil
		}, []int{1, 2, 20}, mapper.Options{Name: "a\"b\\c\nd 1\n\xff{", Containers: 1, Observer: &r})
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, r.WriteText(&b))
		var some []string
		headers := map[string]int{}
		for line := range strings.Lines(b.String()) {
			if strings.HasPrefix(line, "longshore_inputs_total") || strings.HasPrefix(line, "longshore_attempt_duration") {
				some = append(some, strings.TrimSpace(line))
			}
			if strings.HasPrefix(line, "# TYPE ") {
				headers[line]++
			}
		}
		const name = `function="a\"b\\c\nd 1\n` + "\uFFFD" + `{"`
		require.Equal(t, []string{
			`longshore_inputs_total{` + name + `,kind="run",state="succeeded"} 3`,
			`longshore_inputs_total{` + name + `,kind="run",state="failed"} 0`,
			`longshore_inputs_total{` + name + `,kind="run",state="cancelled"} 0`,
		}, some[:3])
		require.Contains(t, some, `longshore_attempt_duration_seconds_bucket{`+name+`,le="1e-06"} 0`)
		require.Contains(t, some, `longshore_attempt_duration_seconds_bucket{`+name+`,le="1"} 1`)
		require.Contains(t, some, `longshore_attempt_duration_seconds_bucket{`+name+`,le="10"} 2`)
		require.Contains(t, some, `longshore_attempt_duration_seconds_bucket{`+name+`,le="+Inf"} 3`)
		require.Contains(t, some, `longshore_attempt_duration_seconds_sum{`+name+`} 23`)
		require.Contains(t, some, `longshore_attempt_duration_seconds_count{`+name+`} 3`)
		require.NotContains(t, b.String(), "\nd 1")
		for line, n := range headers {
			require.Equal(t, 1, n, line)
		}
	})
}

// TestTextOfNothing: nothing has been run yet.
func TestTextOfNothing(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	w := httptest.NewRecorder()
	require.NoError(t, r.WriteText(w))
	for line := range strings.Lines(w.Body.String()) {
		require.True(t, strings.HasPrefix(line, "# "), line)
	}
}

// TestSlowScrape: a reader of the text that is stuck holds up neither runs nor others.
func TestSlowScrape(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	opts := mapper.Options{Name: "work", Containers: 2, Observer: &r}
	require.NoError(t, mapper.Each(t.Context(), no, ints(10), opts))
	out, in := io.Pipe()
	written := make(chan error)
	go func() { written <- r.WriteText(in) }()
	_, err := out.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, mapper.Each(t.Context(), no, ints(10), opts))
	requireValues(t, map[string]float64{"longshore_inputs_total work run succeeded": 20}, &r)
	gone := errors.New("gone")
	require.NoError(t, out.CloseWithError(gone))
	require.ErrorIs(t, <-written, gone)
}
