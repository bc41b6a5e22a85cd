package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// fallible is a function whose calls fail, or whose containers crash, for as long as it is told.
func fallible(t *testing.T, s *stage, name string, fails, breaks *atomic.Bool) *mapper.Function[int, int] {
	t.Helper()
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) {
		switch {
		case breaks.Load():
			panic("broken")
		case fails.Load():
			return 0, errors.New("the gate is shut")
		}
		return n, nil
	}), mapper.Options{
		Name: name, Containers: 2, CrashLimit: 1000, Observer: s,
		Crashes: policy.Deployed{InitialDelay: time.Millisecond, GateInitialDelay: 10 * time.Minute, GateMaxDelay: time.Hour, ColdInputs: 1},
	})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	return f
}

func TestNoActionsUnlessAllowed(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	var fails, breaks atomic.Bool
	fails.Store(true)
	f := fallible(t, s, "read-only", &fails, &breaks)
	drain(f.Map(t.Context(), numbers(5), mapper.RunOptions{ReturnExceptions: true}))
	_, err := f.Call(t.Context(), 1)
	require.Error(t, err)
	for _, path := range []string{"/", s.run("read-only"), s.run("read-only", "containers", 0), s.run("read-only", "inputs")} {
		p.open(s.url(path))
		p.shows("#live-word", "live")
		require.Zero(t, ask[int](p, `document.querySelectorAll("form[method=post]").length`), path)
	}
	p.shows("footer", "Read only")
}

// Each action is done by keys alone.
func TestActions(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{AllowActions: true}), newTab(t)
	var fails, breaks atomic.Bool
	fails.Store(true)
	f := fallible(t, s, "levers", &fails, &breaks)
	for n := range 3 {
		_, err := f.Call(t.Context(), n)
		require.Error(t, err)
	}

	// Retry what has failed.
	p.open(s.url(s.run("levers")))
	p.await(state("failed") + " === 3")
	p.await(`eyes.texts("button").includes("Retry 3 failed")`)
	p.picture("actions")
	fails.Store(false)
	p.tabTo(`form[action$="/retry"] button`)
	p.press(kb.Enter)
	p.shows(".said", "3 calls are made again")
	p.await(state("succeeded") + " === 3")
	p.picture("retried")

	// Drain a container.
	p.tabTo(`a[href$="containers/0"]`)
	p.press(kb.Enter)
	p.shows("h1", "Container 0")
	p.tabTo(`form[action$="/drain"] button`)
	p.press(kb.Enter)
	p.shows(".said", "begins nothing more")
	p.shows(".head .state", "stopped")
	p.picture("drained")

	// Forget the crashes.
	breaks.Store(true)
	p.open(s.url("/"))
	call, err := f.Spawn(t.Context(), 7)
	require.NoError(t, err)
	p.shows(".banner h2", "levers is crash-looping")
	p.tabTo(".banner h2 a")
	p.press(kb.Enter)
	p.shows("h1", "levers")
	p.tabTo(`form[action$="/reset"] button`)
	p.picture("reset")
	breaks.Store(false)
	p.press(kb.Enter) // the next start would be in ten minutes
	p.shows(".said", "forgotten")
	_, err = call.Get(t.Context())
	require.NoError(t, err)
	p.lacks(".banner")

	// Stop it.
	p.tabTo(".act > summary")
	p.press(kb.Enter)
	p.await(`document.querySelector("details.act").open`)
	p.picture("stop")
	p.tabTo(`.act button[value="drain"]`)
	p.press(kb.Enter)
	p.shows(".said", "finishes what it has accepted")
	p.shows(".head .state", "stopped")
	<-f.Done()
	p.lacks("form[method=post]")
}

// A run and its function are paused, and resumed, by keys alone.
func TestPause(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{AllowActions: true}), newTab(t)
	var no atomic.Bool
	f := fallible(t, s, "held", &no, &no)
	p.open(s.url(s.run("held")))
	p.tabTo(`form[action$="/pause"] button`)
	p.press(kb.Enter)
	p.shows(".said", "nothing begins until it is resumed")
	p.shows(".head .state", "paused")
	call, err := f.Spawn(t.Context(), 1)
	require.NoError(t, err)
	p.await(state("pending") + " === 1")
	p.picture("paused")
	p.open(s.url("/?status=paused"))
	p.shows("tbody tr", "held")
	p.open(s.url(s.run("held")))
	p.tabTo(`form[action$="/resume"] button`)
	p.press(kb.Enter)
	p.shows(".said", "Inputs begin again")
	_, err = call.Get(t.Context())
	require.NoError(t, err)
	p.await(state("succeeded") + " === 1")
	p.shows(".head .state", "running")
}

func TestStopRun(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{AllowActions: true}), newTab(t)
	v := make(valve)
	beside(t, func(ctx context.Context) {
		drain(mapper.Map(ctx, func(ctx context.Context, n int) (int, error) { return n, v.pass(ctx) },
			numbers(8), mapper.Options{Name: "endless", Containers: 2, Observer: s}))
	})
	v.open(t, 2)
	p.open(s.url(s.run("endless")))
	p.tabTo(".act > summary")
	p.press(kb.Enter)
	p.tabTo(`.act button[value="now"]`)
	p.press(kb.Enter)
	p.shows(".said", "told to stop")
	p.shows(".head .state", "stopped")
	p.await(state("cancelled") + " > 0 && " + state("running") + " === 0")
	p.picture("stopped")
}

// Another site's page cannot pull the levers, though the browser would.
func TestActionsRefuseOtherOrigins(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{AllowActions: true}), newTab(t)
	p.expects("403 (Forbidden)", "favicon.ico") // which a browser asks for where a page names no icon: the refusal is plain text
	var fails, breaks atomic.Bool
	f := fallible(t, s, "guarded", &fails, &breaks)
	_, err := f.Call(t.Context(), 1)
	require.NoError(t, err)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<link rel="icon" href="data:,"><form method="post" action="%s"><button name="how" value="now">Win</button></form>`, s.url(s.run("guarded", "stop")))
	}))
	t.Cleanup(evil.Close)
	p.open(evil.URL)
	p.click("button")
	p.shows("body", "cross-origin")
	select {
	case <-f.Done():
		require.Fail(t, "another origin has stopped it")
	default:
	}
	_, err = f.Call(t.Context(), 2)
	require.NoError(t, err)
}
