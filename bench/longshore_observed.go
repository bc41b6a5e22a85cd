package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// observedSpecials ask what it costs to be watched.
func observedSpecials() []Special {
	return []Special{{
		Name:  "observed",
		Asks:  "Collect, no-op, an observer of everything, each attempt included: time on top of each input",
		N:     1_000_000,
		Base:  func(ctx context.Context, n int) error { return observed(ctx, n, nil) },
		Case:  func(ctx context.Context, n int) error { return observed(ctx, n, new(everything)) },
		Value: nsPer(1), Unit: "ns/input", Bar: 100,
	}, {
		Name:  "dashboard",
		Asks:  "runs on a deployed function, no-op, its dashboard open in 10 tabs: against the same without",
		N:     1_000_000_000,
		Base:  func(ctx context.Context, n int) error { return seen(ctx, n, mapper.Options{}) },
		Case:  inTabs,
		Value: ratio(0), Unit: "×", Bar: 1.05,
	}}
}

// everything is an observer that wants all there is.
type everything struct{ events atomic.Int64 }

func (e *everything) Wants(supervisor.Kind) bool { return true }

func (e *everything) Watch(mapper.View) {}

func (e *everything) Observe(supervisor.Event) { e.events.Add(1) }

func observed(ctx context.Context, n int, observer supervisor.Observer) error {
	in := make([]int, n)
	_, err := mapper.Collect(ctx, func(_ context.Context, x int) (int, error) { return x, nil }, in, mapper.Options{Observer: observer})
	return err
}

// seen runs n no-ops on a function, in runs over the same few.
func seen(ctx context.Context, n int, opts mapper.Options) error {
	f, err := mapper.Deploy(ctx, mapper.Plain(func(context.Context, byte) (struct{}, error) { return struct{}{}, nil }), opts)
	if err != nil {
		return err
	}
	for in := make([]byte, min(n, 50_000_000)); n > 0; n -= len(in) {
		out, err := f.Collect(ctx, in, mapper.RunOptions{})
		if err != nil {
			return err
		}
		if len(out) != len(in) {
			return fmt.Errorf("bench: %d values of %d", len(out), len(in))
		}
	}
	return f.Stop(ctx)
}

// inTabs is seen with a dashboard that browsers follow: five at the list of all runs, five at
// the function.
func inTabs(ctx context.Context, n int) error {
	d := dashboard.New(dashboard.Options{})
	defer d.Close()
	server := httptest.NewServer(d)
	defer server.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var tabs sync.WaitGroup
	defer tabs.Wait()
	defer cancel()
	watch := follower{ctx, server, &tabs}
	return seen(ctx, n, mapper.Options{Observer: supervisor.Observers{d, watch}})
}

// follower opens the tabs when the function is there.
type follower struct {
	ctx    context.Context
	server *httptest.Server
	tabs   *sync.WaitGroup
}

func (f follower) Wants(supervisor.Kind) bool { return false }

func (f follower) Observe(supervisor.Event) {}

func (f follower) Watch(v mapper.View) {
	if !v.About().Function {
		return
	}
	for range 5 {
		f.tabs.Go(func() { f.follow("/") })
		f.tabs.Go(func() { f.follow(fmt.Sprintf("/runs/%d", v.About().ID)) })
	}
}

func (f follower) follow(path string) {
	req, err := http.NewRequestWithContext(f.ctx, http.MethodGet, f.server.URL+path, nil)
	if err != nil {
		return
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := f.server.Client().Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
}
