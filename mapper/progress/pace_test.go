package progress_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/progress"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// TestPace: the rate is there after a second, true from then on, and follows what happens.
func TestPace(t *testing.T) {
	t.Parallel()
	var p progress.Pace
	now, counted := noon, 0
	pass := func(seconds, perSecond int) (rate float64) {
		for range seconds * 10 {
			now = now.Add(100 * time.Millisecond)
			counted += perSecond / 10
			rate = p.Add(now, counted)
		}
		return rate
	}
	require.Zero(t, p.Add(now, 0))
	require.Zero(t, p.Add(now.Add(900*time.Millisecond), 90), "too early to tell")
	p = progress.Pace{}
	p.Add(now, 0)
	require.InDelta(t, 50, pass(2, 50), 0.1)
	require.InDelta(t, 50, pass(60, 50), 0.1)
	require.InDelta(t, 75, pass(10, 100), 1, "half of the way after a half-life")
	require.InDelta(t, 100, pass(100, 100), 1)
	require.Less(t, pass(300, 0), 1.0, "it gets stuck")
	before := p.Add(now, counted)
	require.InDelta(t, before, p.Add(now, counted+1000), 0, "no time has passed")
}

func TestLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate float64
		more int
		want time.Duration
		ok   bool
	}{
		{24.7, 3786, 153279352226, true},
		{1, 0, 0, true},
		{0, 5, 0, false},
		{1, -1, 0, false},
		{1e-9, 1, 0, false},
		{1e-300, 1 << 60, 0, false},
	} {
		got, ok := progress.Left(c.rate, c.more)
		require.Equal(t, c.ok, ok)
		require.Equal(t, c.want, got)
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for rate, want := range map[float64]string{
		2_345_678: "2.3M/s", 23_456: "23.5k/s", 2345.6: "2346/s", 24.66: "24.7/s", 0.13: "0.1/s", 0.05: "3.0/min",
	} {
		require.Equal(t, want, progress.RateText(rate))
	}
	for span, want := range map[time.Duration]string{
		-time.Second: "0s", 400 * time.Millisecond: "0s", 59 * time.Second: "59s", 153 * time.Second: "2m33s",
		3600 * time.Second: "1h00m", 47 * time.Hour: "47h00m", 50 * time.Hour: "2d02h",
	} {
		require.Equal(t, want, progress.SpanText(span))
	}
	for took, want := range map[time.Duration]string{
		0: "0s", 12: "12ns", 1234: "1.2µs", 312_345_678: "312ms", 2_149_000_000: "2.1s", 292 * time.Second: "4m52s",
		999_999: "1ms", 12_345_678: "12.3ms",
	} {
		require.Equal(t, want, progress.TookText(took))
	}
}
