package screen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

func TestFailing(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	run := Run{}
	require.Nil(t, run.Failing())
	for i := range 100 {
		run.Series = append(run.Series, history.Sample{Time: at.Add(time.Duration(i) * time.Second), Failed: i / 50, Succeeded: 1})
	}
	f := run.Failing()
	require.Equal(t, []int{50, 110}, []int{f.Failed, f.Settled}, "of the last minute")
	require.Equal(t, "50 of 110 failed", f.Bar.Label)
	require.InDelta(t, 454.5, f.Bar.Segments[0].To, 0.1)
	run.Series = append(run.Series, history.Sample{Time: at.Add(time.Hour)})
	require.Nil(t, run.Failing(), "nothing was settled in it")
}

func TestMemoryChart(t *testing.T) {
	t.Parallel()
	series := []history.Sample{{Time: time.UnixMilli(1e9)}, {Time: time.UnixMilli(1e9 + 1000)}, {Time: time.UnixMilli(1e9 + 2000)}}
	require.Len(t, charts(history.Run{Series: series}), 3, "goroutines have no memory of their own")
	series[1].MemoryMost, series[2].MemoryMost = 300<<20, 200<<20
	last := charts(history.Run{Series: series})[3]
	require.Equal(t, []string{"512 MiB", "256 MiB"}, []string{last.Top, last.Half})
	require.Len(t, last.Lines, 1, "without a limit there is no line of it")
	series[2].MemoryLimit = 1 << 30
	last = charts(history.Run{Series: series})[3]
	require.Equal(t, []string{"1.0 GiB", "200 MiB", "1.0 GiB"}, []string{last.Top, last.Lines[0].Now, last.Lines[1].Now})
	require.Equal(t, "most 200 MiB, its limit 1.0 GiB", last.Bands[len(last.Bands)-1].Tip)
}
