package dashboard

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// shelf is a source of literal values: one function that is crash-looping, a run on it, a run
// of its own that has ended.
type shelf struct {
	looked  atomic.Int64 // times that containers were asked for
	version atomic.Uint64

	mu     sync.Mutex
	view   *puppet
	failed []any
}

func newShelf() *shelf { return &shelf{view: &puppet{function: true}, failed: []any{1, 2, 3}} }

func (s *shelf) Overview(f history.RunFilter) history.Overview {
	o := history.Overview{Now: time.Now(), Live: 2, Looping: 1, Ended: 1}
	for id := uint64(1); id <= 3; id++ {
		r, _ := s.Run(id)
		if (f.Status == "" || r.Status == f.Status) && (f.Parent == 0 || r.Parent == f.Parent) {
			o.Runs = append(o.Runs, r)
		}
	}
	o.Total = len(o.Runs)
	return o
}

func crashAt(at time.Time) *history.Crash {
	input := 5981
	crash := &supervisor.CrashJSON{
		Container: 7, Phase: supervisor.PhaseInput, Input: &input, Reason: "out of memory", OOM: true, PeakMemory: 512 << 20,
		Stack: "main.crop\n\tcrop.go:88", Output: "fatal error: runtime: out of memory",
	}
	return &history.Crash{
		Time: at, Container: 7, Lineage: 2, Run: 1, Input: input, Described: "photos/5981.jpg", InARow: 6, Cause: "c0ffee",
		Error: &supervisor.ErrorJSON{Text: "container 7 crashed", Type: "*process.ExitError", Crash: crash},
	}
}

func (s *shelf) Run(id uint64) (history.Run, bool) {
	now := time.Now()
	r := history.Run{
		ID: id, Name: "resize-images", Started: now.Add(-4 * time.Minute), Status: history.Running, Rate: 24.7, ETA: 153 * time.Second,
		Counts: history.Counts{Inputs: 10_000, Pending: 3702, Running: 8, Retrying: 41, Succeeded: 6190, Failed: 59},
		Pool:   history.Pool{Wanted: 10, Live: 8, Starts: 30, Crashes: 11},
		Causes: []history.Cause{{
			Key: "c0ffee", Title: "dial tcp: refused", Type: "*net.OpError", Count: 19, Failed: 3, Retryable: 3, First: now, Last: now, Samples: []int{5981},
		}},
		Crashes:  []history.Crash{*crashAt(now)},
		Settings: history.Settings{{Name: "Containers", Value: "10"}},
		Latency:  history.Latency{Attempts: 1, P50: 312 * time.Millisecond, P95: time.Second, P99: 2100 * time.Millisecond, Max: 3 * time.Second, Slowest: 5981},
		Limits:   history.Limits{Streak: 3, StreakLimit: 96, Inputs: 4, StartLimit: 8, AtStreakLimit: "the run gives up"},
		Lost:     12,
	}
	for i := range 20 {
		r.Series = append(r.Series, history.Sample{Time: now.Add(time.Duration(i-20) * time.Second), Succeeded: 20 + i, Running: 8, P50: time.Second})
	}
	switch id {
	case 1:
		r.Function, r.Status, r.Counts.Inputs, r.ETA = true, history.CrashLooping, -1, -1
		r.Counts.Runs, r.Counts.Refused = 1, 2
		r.Loop = &history.Loop{
			Since: now.Add(-3 * time.Minute), Crashes: 37, Last: crashAt(now.Add(-5 * time.Second)), Next: now.Add(14 * time.Second),
			Gate: "open", OfInputs: true, Inputs: 33, Rule: "33 different inputs were tried.", Policy: "One container at a time is tried.",
		}
	case 2:
		function, _ := s.Run(1)
		r.Parent, r.Loop, r.Status = 1, function.Loop, history.Waiting
		r.OwnContainers, r.OwnCrashes = 1, 2
		r.Journal = &history.Journal{
			Opened: "resize.db: 3 of 10000 inputs are restored", Restored: 3, Recorded: 6240, Unrecorded: 6, Lag: 12 * time.Millisecond,
			Damaged: 1, Deaths: 4, Suspected: 1, Convicted: 2,
		}
	case 3:
		r.Name, r.Status, r.Ended = "nightly", history.Status(supervisor.CutOff), now.Add(-time.Hour)
		r.Started = now.Add(-2 * time.Hour)
		r.Error = &supervisor.ErrorJSON{Text: "supervisor: crashes outweigh progress", Type: "*supervisor.CutoffError"}
		r.Blocked, r.Counts = 0.4, history.Counts{Inputs: 10_000, Succeeded: 6190, Failed: 59, Cancelled: 371}
		r.Incidents = []history.Incident{
			{Kind: history.Cutoff, Began: r.Ended, Ended: r.Ended, Reason: "it gave up", Input: -1, Crashes: 11},
			{Kind: history.CrashLoop, Began: r.Ended.Add(-2 * time.Minute), Ended: r.Ended.Add(-time.Minute), Reason: "out of memory", Input: 3, Crashes: 9, Starts: 4, Refused: 2},
		}
	default:
		return r, false
	}
	return r, true
}

func (s *shelf) Lanes(id uint64, _ time.Time) ([]history.Lane, bool) {
	now := time.Now()
	return []history.Lane{{Slot: 2, Container: 7, Attempts: 12, Failed: 2, Crashes: 1, Blocks: []history.Block{
		{From: now.Add(-30 * time.Second), To: now.Add(-20 * time.Second), Outcome: "succeeded"},
		{From: now.Add(-20 * time.Second), To: now.Add(-20 * time.Second), Outcome: "crashed"},
	}}}, id <= 3
}

func (s *shelf) Containers(id uint64, f history.ContainerFilter) (history.Page[history.Container], bool) {
	s.looked.Add(1)
	c := history.Container{ID: 7, Lineage: 2, State: "running", Started: time.Now(), Run: id, Input: 5981, Attempt: 2, Inputs: 1, Memory: 300 << 20, MemoryLimit: 512 << 20}
	waits := history.Container{ID: -1, Lineage: 3, State: "crash_looping", Input: -1, InARow: 6, Next: time.Now().Add(14 * time.Second), LastCrash: crashAt(time.Now())}
	page := history.Page[history.Container]{Items: []history.Container{c, waits}, Total: 120, Offset: f.Offset}
	return page, id <= 3
}

func (s *shelf) Container(id uint64, container int) (history.ContainerStory, bool) {
	page, _ := s.Containers(id, history.ContainerFilter{})
	now := time.Now()
	return history.ContainerStory{
		Container: page.Items[0],
		States:    []history.StateAt{{Time: now, Container: 7, State: "ready"}, {Time: now, Container: 7, State: "starting"}},
		Attempts:  []history.Attempt{{Run: id, Input: 5981, Count: 1, Attempt: 1, Container: 7, Ended: now, Took: time.Second, Outcome: "retrying", Next: now, Error: &supervisor.ErrorJSON{Text: "dial tcp: refused"}}},
		Crashes:   []history.Crash{*crashAt(now)},
		Lines:     []history.Line{{Number: 1, Time: now, Stream: "stderr", Text: "loading the model"}},
		Use: &history.MemoryUse{Peak: 400 << 20, Limit: 512 << 20, Recycle: 480 << 20, Series: []history.MemoryAt{
			{Time: now.Add(-time.Second), Bytes: 400 << 20}, {Time: now, Bytes: 300 << 20},
		}},
	}, id <= 3 && container == 7
}

func (s *shelf) Inputs(id uint64, f history.InputFilter) (history.Page[history.Input], bool) {
	story, _ := s.Input(id, 5981)
	return history.Page[history.Input]{Items: []history.Input{story.Input}, Total: 120, Offset: f.Offset, Capped: true}, id <= 3
}

func (s *shelf) Input(id uint64, index int) (history.InputStory, bool) {
	now := time.Now()
	in := history.Input{
		Run: id, Index: index, State: "retrying", Described: "photos/5981.jpg", Attempts: 2, Container: 7, Time: now, Took: time.Second,
		Next: now.Add(3 * time.Second), Cause: "c0ffee", Error: &supervisor.ErrorJSON{Text: "dial tcp: refused", Type: "*net.OpError"},
	}
	return history.InputStory{
		Input: in, Crash: crashAt(now),
		Story: []history.Attempt{{Run: id, Input: index, Count: 1, Attempt: 1, Container: 7, Ended: now, Took: time.Second, Outcome: "crashed", Error: in.Error}},
	}, id <= 3 && index == 5981
}

func (s *shelf) View(id uint64) (mapper.View, bool) { return s.view, id < 3 }

func (s *shelf) Failed(uint64, string) []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *shelf) Retry(_ uint64, _ string, spawn func(any) error) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, v := range s.failed {
		if err := spawn(v); err != nil {
			return i, err
		}
	}
	return len(s.failed), nil
}

func (s *shelf) Version(uint64) uint64 { return s.version.Load() }

// puppet is a view that remembers what was done to it.
type puppet struct {
	mapper.View
	function bool
	held     bool          // by the function that serves it
	full     int           // calls that it accepts, 0 for any number
	hold     chan struct{} // Stop waits for it; nil: it does not

	mu   sync.Mutex
	did  []string
	wake chan struct{}
}

func (p *puppet) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.did = append(p.did, what)
	if p.wake != nil {
		close(p.wake)
		p.wake = nil
	}
}

func (p *puppet) done() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.did)
}

func (p *puppet) About() mapper.About { return mapper.About{ID: 1, Function: p.function} }
func (p *puppet) Reset()              { p.note("reset") }
func (p *puppet) Pause()              { p.note("pause") }
func (p *puppet) Resume()             { p.note("resume") }

func (p *puppet) Counts() mapper.Counts { return mapper.Counts{Paused: p.held} }

func (p *puppet) Drain(container int) bool {
	p.note("drain")
	return container == 7
}

func (p *puppet) Stop(ctx context.Context) error {
	if ctx.Err() != nil {
		p.note("stop now")
	} else {
		p.note("stop")
	}
	if p.hold != nil {
		<-p.hold
	}
	return nil
}

func (p *puppet) Spawn(context.Context, any) error {
	if p.full > 0 && len(p.done()) >= p.full {
		return errors.New("full")
	}
	p.note("spawn")
	return nil
}

// over is a dashboard over a shelf.
func over(s source, opts Options) *Dashboard {
	d := New(opts)
	d.src = s
	return d
}

// get asks for a path and returns the answer with its body read.
func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return answer(h, httptest.NewRequest(http.MethodGet, path, nil))
}

func answer(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(b)
}
