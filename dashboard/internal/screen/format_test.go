package screen

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

func TestFormats(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 ns", 850 * time.Nanosecond: "850 ns", 42 * time.Microsecond: "42 µs", 1500 * time.Microsecond: "1.5 ms",
		312 * time.Millisecond: "312 ms", 4200 * time.Millisecond: "4.2 s", 14 * time.Second: "14 s",
		80 * time.Second: "1m 20s", 2*time.Hour + 5*time.Minute: "2h 5m", 76 * time.Hour: "3d 4h", -time.Second: "−1.0 s",
	} {
		require.Equal(t, want, duration(d))
	}
	for f, want := range map[float64]string{0: "0", 3: "3", 24.72: "24.7", 1204.4: "1,204"} {
		require.Equal(t, want, rate(f))
	}
	for f, want := range map[float64]string{0: "0 %", 0.004: "under 1 %", 0.5: "50 %", 0.999: "99 %", 1: "100 %"} {
		require.Equal(t, want, percent(f))
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		require.Equal(t, "just now", ago(now).Rel)
		require.Equal(t, "4 s ago", ago(now.Add(-4*time.Second)).Rel)
		require.Equal(t, "in 14 s", until(now.Add(14*time.Second)).Rel)
		require.Equal(t, "in 1 s", until(now.Add(time.Millisecond)).Rel)
		require.Equal(t, "now", until(now).Rel)
		require.Equal(t, "1m 20s", age(now.Add(-80*time.Second)).Rel)
		require.Equal(t, "2000-01-01T00:00:00.000Z", ago(now).At)
	})
}

func TestPager(t *testing.T) {
	t.Parallel()
	p := pager(query("state", "failed", "q", ""), 50, 50, 120, 50)
	require.Equal(t, Pager{From: 51, To: 100, Total: 120, Previous: "?offset=0&state=failed", Next: "?offset=100&state=failed"}, p)
	p = pager(query(), 100, 20, 120, 50)
	require.Empty(t, p.Next)
	p = pager(query(), 0, 0, 0, 50)
	require.Equal(t, Pager{}, p)
	p = pager(query(), 5000, 0, 120, 50) // beyond the end there is a way back
	require.Equal(t, "?offset=4950", p.Previous)
	require.Empty(t, p.Next)
}

func TestProgress(t *testing.T) {
	t.Parallel()
	require.Nil(t, progress(history.Counts{Inputs: -1, Succeeded: 3}))
	b := progress(history.Counts{Inputs: 10, Succeeded: 5, Failed: 1, Running: 2})
	require.Equal(t, []segment{{"green", 0, 500}, {"red", 500, 600}, {"blue", 600, 800}}, b.Segments)
	require.Equal(t, "5 succeeded, 1 failed, 2 running, of 10", b.Label)
	require.Equal(t, "red", gauge(8, 4, "").Segments[0].Tone)
	require.InDelta(t, 1000, gauge(8, 4, "").Segments[0].To, 0)
}

func TestCharts(t *testing.T) {
	t.Parallel()
	require.Nil(t, charts(history.Run{}))
	require.Nil(t, charts(history.Run{Series: []history.Sample{{}}}))
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	var series []history.Sample
	for i := range 300 {
		s := history.Sample{Time: at.Add(time.Duration(i) * time.Second), Succeeded: 40, Running: 8}
		if i%100 == 99 {
			s.Crashes = 1
		}
		if i >= 290 {
			s.P50, s.P99 = 30*time.Millisecond, 70*time.Millisecond
		}
		series = append(series, s)
	}
	run := history.Run{Series: series, Incidents: []history.Incident{
		{Began: at.Add(2 * time.Minute), Ended: at.Add(3 * time.Minute)}, {Began: at.Add(-2 * time.Hour), Ended: at.Add(-time.Hour)},
	}}
	all := charts(run)
	require.Len(t, all, 3)
	tp := all[0]
	require.Equal(t, []string{"40", "20"}, []string{tp.Top, tp.Half})
	require.Equal(t, "5 minutes", tp.Span)
	require.True(t, tp.Live)
	require.Equal(t, "40", tp.Lines[0].Now)
	require.Equal(t, []int{3, 3}, []int{tp.Crashes, strings.Count(tp.Crashed, "M")})
	require.True(t, strings.HasSuffix(tp.Crashed, fmt.Sprintf("M%d 200h2", tp.To-2)), "the last second is at the right end")
	require.LessOrEqual(t, len(tp.Bands), steps+1)
	require.Equal(t, "succeeded 40, failed 0", tp.Bands[0].Tip)
	require.Equal(t, at, tp.Bands[0].At)
	require.Equal(t, []shade{{tp.From + 2*121, 120}}, tp.Shades, "the left end is a second before the first sample")
	require.Contains(t, tp.Bands[len(tp.Bands)-1].Tip, ", 1 crash")
	require.True(t, strings.HasPrefix(tp.Lines[0].Path, "M"))
	require.Equal(t, 299, strings.Count(tp.Lines[0].Path, "l"))
	p99 := all[2].Lines[2]
	require.Equal(t, "70 ms", p99.Now)
	require.Equal(t, 9, strings.Count(p99.Path, "l"), "nothing is drawn where there was nothing")
	require.NotContains(t, p99.Path, "NaN")

	run.Ended = at.Add(time.Hour)
	ended := charts(run)[0]
	require.False(t, ended.Live)
	require.Equal(t, []any{series[299].Time, ""}, []any{ended.End, ended.Lines[0].Now}, "a run that has ended has no now")

	series = append(series[1:], history.Sample{Time: at.Add(300 * time.Second), Succeeded: 40, Running: 8})
	next := charts(history.Run{Series: series})[0]
	_, rest, _ := strings.Cut(tp.Lines[0].Path, "l")
	require.Contains(t, next.Lines[0].Path, strings.TrimPrefix(rest, "2 0"), "time goes on by one step more, and the rest stays as it was")
	require.Equal(t, tp.Bands[2], next.Bands[2])
}

func TestAxes(t *testing.T) {
	t.Parallel()
	for most, want := range map[float64]float64{0: 2, 1: 2, 2: 2, 3: 4, 4: 4, 5: 6, 7: 8, 9: 10, 11: 20, 39: 40, 41: 60, 99: 100} {
		require.InDelta(t, want, wholeTop(most), 1e-9, "%v", most)
		require.Zero(t, math.Mod(want, 2), "the half is a whole number too")
	}
}

func TestRound125(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]float64{0: 1, 0.3: 0.5, 1: 1, 1.1: 2, 4: 5, 7: 10, 99: 100, 101: 200} {
		require.InEpsilon(t, want, round125(f), 1e-9, "%v", f)
	}
}

// What only the passing of time changes is not sent again.
func TestStreamIsSilentAboutTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		screen := filled[Run]("x").Screen()
		before, err := screen.Stream()
		require.NoError(t, err)
		time.Sleep(time.Hour)
		after, err := screen.Stream()
		require.NoError(t, err)
		require.Equal(t, before, after)
		var page strings.Builder
		require.NoError(t, screen.Write(&page, Frame{}))
		require.Contains(t, page.String(), "1h 0m ago")
	})
}
