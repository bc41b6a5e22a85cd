package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// tally counts the answers by status and writes what happens as it happens.
type tally struct {
	began time.Time

	mu        sync.Mutex
	w         io.Writer
	total     map[int]int
	recent    map[int]int // since the last line
	lost      int         // requests without an answer
	firstLost error
}

// columns are the codes that every line has.
var columns = []int{200, 429, 503, 504}

func (t *tally) count(status int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		if t.lost++; t.firstLost == nil {
			t.firstLost = err
		}
		return
	}
	if t.total == nil {
		t.total, t.recent = map[int]int{}, map[int]int{}
	}
	t.total[status]++
	t.recent[status]++
}

func (t *tally) say(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.w, "%6.2fs  %s\n", time.Since(t.began).Seconds(), what)
}

// watch writes a line each half second until ctx ends.
func (t *tally) watch(ctx context.Context, f *mapper.Function[question, reply]) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			t.line(f.Stats())
		case <-ctx.Done():
			return
		}
	}
}

func (t *tally) line(s mapper.FunctionStats) {
	t.mu.Lock()
	line := ""
	for _, status := range columns {
		line += fmt.Sprintf("%d: %-4d ", status, t.recent[status])
	}
	clear(t.recent)
	t.mu.Unlock()
	t.say(line + health(s.Pool))
}

// health is how the containers are, in a few words.
func health(pool supervisor.Snapshot) string {
	up := 0
	for _, c := range pool.Containers {
		if c.State == supervisor.Idle || c.State == supervisor.Running {
			up++
		}
	}
	said := fmt.Sprintf("%d containers", up)
	if pool.CrashLooping {
		said += fmt.Sprintf(", crash-looping for %.1fs", time.Since(pool.CrashLoopSince).Seconds())
	}
	if !pool.NextStart.IsZero() {
		said += fmt.Sprintf(", next start in %.1fs", max(time.Until(pool.NextStart), 0).Seconds())
	}
	return said
}

// print writes the table at the end.
func (t *tally) print(s mapper.FunctionStats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.w, "\nanswers\n")
	all := 0
	for _, status := range slices.Sorted(maps.Keys(t.total)) {
		fmt.Fprintf(t.w, "  %6d  %d %s\n", t.total[status], status, http.StatusText(status))
		all += t.total[status]
	}
	fmt.Fprintf(t.w, "%d requests, %d without an answer\n", all+t.lost, t.lost)
	fmt.Fprintf(t.w, "%d containers started, %d crashed\n", s.Pool.Starts, s.Pool.Crashes)
}

// check is what the program promises: every request is answered.
func (t *tally) check() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost > 0 {
		return fmt.Errorf("%d requests got no answer, the first: %w", t.lost, t.firstLost)
	}
	return nil
}
