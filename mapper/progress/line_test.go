package progress_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
)

// busy is the run of the documentation.
var busy = progress.State{
	Name:   "resize",
	Counts: mapper.Counts{Inputs: 10_000, Pending: 3737, Running: 8, Retrying: 41, Succeeded: 6190, Failed: 24},
	Rate:   24.7,
}

func with(s progress.State, change func(*progress.State)) progress.State {
	change(&s)
	return s
}

func TestLine(t *testing.T) {
	t.Parallel()
	looping := with(busy, func(s *progress.State) { s.Looping, s.Waiting, s.NextStart = true, 2, 14*time.Second })
	for _, c := range []struct {
		name  string
		state progress.State
		width int
		want  string
	}{
		{"80 columns", busy, 80, "resize   62%  ━━━━───  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed"},
		{"120 columns", busy, 120, "resize   62%  ━━━━━━━━━━━━━━━━━━────────────  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed"},
		{"no room for a bar", busy, 73, "resize   62%  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed"},
		{"no room for the rate", busy, 65, "resize   62%  6214/10000  eta 2m33s  8 run  41 retry  24 failed"},
		{"no room for a forecast", busy, 55, "resize   62%  6214/10000  8 run  41 retry  24 failed"},
		{"no room for the number", busy, 45, "resize   62%  8 run  41 retry  24 failed"},
		{"no room", busy, 20, "resize   62%  8 run…"},
		{"one cell", busy, 1, "…"},
		{"plain", busy, 0, "resize   62%  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed"},
		{"crash-looping: no forecast", looping, 105, "resize   62%  ━━━━───  6214/10000  24.7/s  8 run  41 retry  24 failed  2 crash-looping  next start in 14s"},
		{
			"crash-looping, nobody waits", with(looping, func(s *progress.State) { s.Waiting, s.NextStart = 0, 0 }), 0,
			"resize   62%  6214/10000  24.7/s  8 run  41 retry  24 failed  crash-looping",
		},
		{
			"crash-looping, and why", with(looping, func(s *progress.State) { s.Cause = "dial tcp: connect: connection refused" }), 130,
			"resize   62%  ━━━──  6214/10000  24.7/s  8 run  41 retry  24 failed  2 crash-looping  next start in 14s  dial tcp: connect: conne…",
		},
		{
			"backing off",
			progress.State{Name: "a", Counts: mapper.Counts{Inputs: 4, Succeeded: 1}, Waiting: 3},
			0,
			"a   25%  1/4  3 backing off",
		},
		{
			"with a journal", with(busy, func(s *progress.State) {
				s.Counts.Journaled = mapper.Journaled{Restored: 6000, Unrecorded: 7, Lag: 900 * time.Millisecond, Suspected: 2}
			}), 0,
			"resize   62%  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed  6000 restored  2 suspected",
		},
		{
			"a journal that lags", with(busy, func(s *progress.State) { s.Counts.Journaled = mapper.Journaled{Unrecorded: 7, Lag: time.Second} }), 0,
			"resize   62%  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed  7 not recorded",
		},
		{"total not known", with(busy, func(s *progress.State) { s.Counts.Inputs = -1 }), 80, "resize  6214 done  24.7/s  8 run  41 retry  24 failed"},
		{"no rate yet", progress.State{Name: "a", Counts: mapper.Counts{Inputs: 3, Running: 3}}, 40, "a    0%  ───────────────────  0/3  3 run"},
		{"almost done", progress.State{Name: "a", Counts: mapper.Counts{Inputs: 1000, Succeeded: 999}, Rate: 1}, 0, "a   99%  999/1000  1.0/s  eta 1s"},
		{"done", progress.State{Name: "a", Counts: mapper.Counts{Inputs: 2, Succeeded: 1, Cancelled: 1}}, 30, "a  100%  ━━━━━━━━━━━━━━━━  2/2"},
		{"no inputs", progress.State{Name: "a", Counts: mapper.Counts{}}, 80, "a  0/0"},
		{"no name", progress.State{Counts: mapper.Counts{Inputs: -1}}, 80, "run  0 done"},
		{"too slow for a forecast", with(busy, func(s *progress.State) { s.Rate = 0.0001 }), 0, "resize   62%  6214/10000  0.0/min  8 run  41 retry  24 failed"},
		{
			"hostile name",
			progress.State{Name: "\x1b[2J\nevil" + strings.Repeat("l", 1<<20), Counts: mapper.Counts{Inputs: 1}},
			50,
			"evillllllllllllllll…    0%  ─────────────────  0/1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.state.Line(c.width, false))
		})
	}
}

// TestBlock: several lines have their columns, whatever each of them lacks.
func TestBlock(t *testing.T) {
	t.Parallel()
	all := []progress.State{
		busy,
		{Name: "index", Counts: mapper.Counts{Inputs: -1, Succeeded: 12, Running: 2}, Rate: 3},
		{Name: "convert-parquet", Counts: mapper.Counts{Inputs: 8, Succeeded: 2, Failed: 1}, Looping: true, Cause: "panic: no licence"},
	}
	require.Equal(t, []string{
		"resize            62%  ━━━───  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed",
		"index                             12 done   3.0/s             2 run",
		"convert-parquet   37%  ━━────         3/8                     1 failed  crash-looping  panic: no licence",
	}, progress.Block(all, 104, 10, false))
	require.Equal(t, "convert-parquet   37%  ━────  3/8  1 failed  crash-looping  panic: no…", progress.Block(all[2:], 70, 10, false)[0], "alone")
}

// TestMoreThanLines: where there is no room for all, those in most trouble stay, in their order.
func TestMoreThanLines(t *testing.T) {
	t.Parallel()
	var all []progress.State
	for i := range 30 {
		s := progress.State{Name: string(rune('a' + i)), Counts: mapper.Counts{Inputs: 10, Succeeded: i % 10}}
		switch i {
		case 7:
			s.Looping = true
		case 20:
			s.Counts.Failed = 1
		case 25:
			s.Waiting = 1
		}
		all = append(all, s)
	}
	got := progress.Block(all, 60, 6, false)
	require.Len(t, got, 6)
	var names []string
	for _, line := range got {
		names = append(names, strings.Fields(line)[0])
	}
	require.Equal(t, []string{"a", "b", "h", "u", "z", "25"}, names)
	require.Equal(t, "25 more", got[5])
	require.Len(t, progress.Block(all[:6], 60, 6, false), 6, "all, where there is room for all")
}

func TestBarInColour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why    string
		failed int
		want   string
	}{
		{"less than half a cell has none, and is counted beside it", 4, "\x1b[32m━━━━━\x1b[0m"},
		{"more than half of one has it", 5, "\x1b[32m━━━━\x1b[0m\x1b[31m━\x1b[0m"},
		{"all that is settled", 50, "\x1b[31m━━━━━\x1b[0m"},
	} {
		state := progress.State{Name: "a", Counts: mapper.Counts{Inputs: 100, Succeeded: 50 - c.failed, Failed: c.failed}}
		line := state.Line(38+len(strconv.Itoa(c.failed))-1, true)
		require.Equal(t, fmt.Sprintf("a   50%%  %s\x1b[90m──────\x1b[0m  50/100  \x1b[31m%d failed\x1b[0m", c.want, c.failed), line, c.why)
	}
}

func TestLineInColour(t *testing.T) {
	t.Parallel()
	state := progress.State{Name: "a", Counts: mapper.Counts{Inputs: -1, Running: 2, Failed: 1}, Waiting: 1, Looping: true}
	require.Equal(t, "a  1 done  \x1b[34m2 run\x1b[0m  \x1b[31m1 failed\x1b[0m  \x1b[31m1 crash-looping\x1b[0m", state.Line(80, true))
}

// TestLineFits: whatever the run is like, its line is one line, and no wider than the terminal.
func TestLineFits(t *testing.T) {
	t.Parallel()
	count := rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(0, 1<<40))
	rapid.Check(t, func(t *rapid.T) {
		c := mapper.Counts{
			Inputs: count.Draw(t, "inputs") - 1, Running: count.Draw(t, "running"), Retrying: count.Draw(t, "retrying"),
			Succeeded: count.Draw(t, "succeeded"), Failed: count.Draw(t, "failed"), Cancelled: count.Draw(t, "cancelled"),
		}
		if c.Inputs >= 0 {
			c.Inputs += c.Succeeded + c.Failed + c.Cancelled
		}
		s := progress.State{
			Name: rapid.String().Draw(t, "name"), Counts: c, Rate: rapid.Float64Range(0, 1e12).Draw(t, "rate"),
			Looping: rapid.Bool().Draw(t, "looping"), Waiting: count.Draw(t, "waiting"),
			NextStart: time.Duration(count.Draw(t, "next")),
		}
		width := rapid.IntRange(1, 200).Draw(t, "width")
		line := s.Line(width, false)
		if progress.Cells(line) > width || strings.ContainsAny(line, "\n\r\x1b") {
			t.Fatalf("%d cells in %d: %q", progress.Cells(line), width, line)
		}
	})
}
