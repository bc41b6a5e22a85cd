package progress_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

func groups(errs ...error) *cause.Groups {
	g := &cause.Groups{}
	for i, err := range errs {
		g.Add(err, noon, cause.Sample{Run: 1, Input: i, Attempt: 1})
	}
	return g
}

func notFound(i int) error {
	return &fs.PathError{Op: "open", Path: fmt.Sprintf("/in/%d", i), Err: fs.ErrNotExist}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	crash := &supervisor.CrashError{Panic: "no pixel 4", Stack: "example.com/thumbs.crop\n\t/src/crop.go:88\n"}
	named := progress.State{Name: "resize", Counts: mapper.Counts{Inputs: 6217, Succeeded: 6190}}
	for _, c := range []struct {
		name   string
		report progress.Report
		want   []string
	}{
		{"all well", progress.Report{State: named, Elapsed: 292 * time.Second}, []string{"resize: 6190 ok in 4m52s"}},
		{
			"all there is",
			progress.Report{
				State: with(named, func(s *progress.State) {
					s.Counts.Failed, s.Counts.Cancelled, s.Counts.Retries, s.Counts.Reruns, s.Counts.TimedOut = 5, 3, 41, 1, 2
				}),
				Elapsed: 292 * time.Second, Crashed: 11, Dropped: 7, Input: 17,
				Times:    []time.Duration{312 * time.Millisecond, 1200 * time.Millisecond, 2100 * time.Millisecond, 4 * time.Second},
				Failures: groups(notFound(0), notFound(1), notFound(2), notFound(3), errors.New("no luck today")),
				Crashes:  groups(crash),
				Err:      context.Canceled,
			},
			[]string{
				"resize: 6190 ok, 5 failed (2 causes), 3 cancelled, 2 attempts timed out, 41 retries, 11 crashes, 1 re-run in 4m52s; " +
					"p50 312ms, p95 1.2s, p99 2.1s, slowest 4s (input 17)",
				"  ended early: context canceled",
				"  4 failed: *fs.PathError: open …: file does not exist (inputs 0, 1, 2, …)",
				"  1 failed: no luck today (input 4)",
				"  1 crashed: panic: no pixel # in thumbs.crop (crop.go:88) (input 0)",
				"  7 events were dropped: times and causes are not complete",
			},
		},
		{
			"told together",
			progress.Report{State: named, Times: []time.Duration{12, 12, 12, 15}, Input: -1},
			[]string{"resize: 6190 ok in 0s; p50 12ns, p95 12ns, p99 12ns, slowest 15ns"},
		},
		{
			"with a journal",
			progress.Report{State: with(named, func(s *progress.State) {
				s.Counts.Failed, s.Counts.Journaled = 10, mapper.Journaled{Restored: 3, Recorded: 6197, Unrecorded: 5, Damaged: 2, Deaths: 4, Suspected: 1, Convicted: 2}
			})},
			[]string{"resize: 6190 ok, 3 of 6200 restored, 10 failed, 2 damaged in the journal, 5 not recorded, 1 suspected of deaths of the process, 2 convicted of deaths of the process in 0s"},
		},
		{
			"one of each",
			progress.Report{State: with(named, func(s *progress.State) {
				s.Counts.Failed, s.Counts.Retries, s.Counts.Reruns, s.Counts.TimedOut, s.Counts.Throttled, s.Counts.Hedges = 1, 1, 1, 1, 1, 1
				s.Counts.Journaled = mapper.Journaled{Deaths: 1, Suspected: 1, Convicted: 1}
			}), Crashed: 1, Dropped: 1, Failures: groups(errors.New("no luck"))},
			[]string{
				"resize: 6190 ok, 1 failed, 1 attempt timed out, 1 retry, 1 crash, 1 attempt refused by the other side, 1 hedge, 1 re-run, " +
					"1 suspected of a death of the process, 1 convicted of a death of the process in 0s",
				"  1 failed: no luck (input 0)",
				"  1 event was dropped: times and causes are not complete",
			},
		},
		{"under way", progress.Report{State: named, Running: true}, []string{"resize: 6190 ok in 0s", "  not at its end yet"}},
		{"a function without calls", progress.Report{Function: true}, nil},
		{"a function that crashed", progress.Report{Function: true, Crashed: 1}, []string{"run: 0 ok, 1 crash in 0s"}},
		{
			"hostile",
			progress.Report{State: named, Err: errors.New("\x1b[2J" + strings.Repeat("evil\n", 1<<17))},
			[]string{"resize: 6190 ok in 0s", "  ended early: " + strings.TrimSpace(strings.Repeat("evil ", 60))[:299] + "…"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, lines(c.report.String()))
		})
	}
}

// lines is text by lines, each of which has to end.
func lines(text string) (all []string) {
	for line := range strings.Lines(text) {
		all = append(all, strings.TrimSuffix(line, "\n"))
	}
	return all
}

// TestSummaryOfManyCauses is short.
func TestSummaryOfManyCauses(t *testing.T) {
	t.Parallel()
	var errs []error
	for i := range 120 {
		errs = append(errs, fmt.Errorf("%c%c", 'a'+i%26, 'a'+i/26))
	}
	r := progress.Report{State: progress.State{Name: "a", Counts: mapper.Counts{Failed: 120}}, Failures: groups(errs...)}
	got := lines(r.String())
	require.Len(t, got, 12)
	require.Equal(t, "a: 0 ok, 120 failed (more than 100 causes) in 0s", got[0])
	require.Equal(t, "  110 failed of other causes", got[11])
}
