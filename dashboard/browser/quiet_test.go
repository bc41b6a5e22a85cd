package browser

import (
	"context"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// quiet is a story of a page that is to ask for nothing, while another one goes on.
type quiet struct {
	*stage
	p, other *tab
	v        valve
	done     int
}

func newQuiet(t *testing.T) *quiet {
	t.Helper()
	q := &quiet{stage: newStage(t, dashboard.Options{}), v: make(valve)}
	beside(t, func(ctx context.Context) {
		drain(mapper.Map(ctx, func(ctx context.Context, n int) (int, error) { return n, q.v.pass(ctx) },
			numbers(1000), mapper.Options{Name: "quiet", Containers: 1, Observer: q}))
	})
	q.v.open(t, 1)
	q.done = 1
	q.p, q.other = newTab(t), newTab(t)
	q.p.open(q.url(q.run("quiet")))
	q.p.shows("#live-word", "live")
	q.p.await(state("succeeded") + " === 1")
	q.other.open(q.url(q.run("quiet")) + "?other")
	q.other.shows("#live-word", "live")
	return q
}

// goOn changes what there is to see, until the other page has shown it three times.
func (q *quiet) goOn() {
	q.t.Helper()
	for range 3 {
		q.v.open(q.t, 5)
		q.done += 5
		q.other.await(state("succeeded") + " === " + strconv.Itoa(q.done))
	}
}

// asksNothing: the page has no stream, makes no request while there is news, and shows none.
func (q *quiet) asksNothing() {
	q.t.Helper()
	uri := q.run("quiet")
	q.awaitStreams(uri, 0)
	before, shown := q.asked(uri), ask[int](q.p, state("succeeded"))
	all := ask[int](q.p, `performance.getEntriesByType("resource").length`)
	q.goOn()
	require.Equal(q.t, before, q.asked(uri), "requests")
	require.Equal(q.t, all, ask[int](q.p, `performance.getEntriesByType("resource").length`), "requests of the page")
	require.Equal(q.t, shown, ask[int](q.p, state("succeeded")))
}

func TestPausedPageAsksNothing(t *testing.T) {
	t.Parallel()
	q := newQuiet(t)
	q.p.click("#live-freeze")
	q.p.shows("#live-word", "frozen")
	q.asksNothing()
	q.p.picture("paused")
	q.p.click("#live-freeze")
	q.p.shows("#live-word", "live")
	q.p.await(state("succeeded") + " === " + strconv.Itoa(q.done))
}

func TestHiddenPageAsksNothing(t *testing.T) {
	t.Parallel()
	q := newQuiet(t)
	q.p.window(browser.WindowStateMinimized)
	q.p.await("document.hidden")
	q.asksNothing()
	q.p.window(browser.WindowStateNormal)
	q.p.await("!document.hidden")
	q.p.await(state("succeeded") + " === " + strconv.Itoa(q.done))
	q.p.shows("#live-word", "live")
}

// A page outlives its server, and says so.
func TestServerComesBack(t *testing.T) {
	t.Parallel()
	q := newQuiet(t)
	for _, p := range []*tab{q.p, q.other} {
		p.expects("Failed to load resource: net::ERR_")
	}
	addr := q.server.Listener.Addr().String()
	q.down()
	q.p.shows("#live-word", "connection lost")
	q.p.picture("lost")
	q.v.open(t, 9)
	q.up(addr)
	q.p.shows("#live-word", "live")
	q.p.await(state("succeeded") + " === 10")
}

// window makes the window of a tab smaller or larger. Pages of one that is minimized are hidden.
func (p *tab) window(state browser.WindowState) {
	p.t.Helper()
	at, err := chromedp.CallBrowser(p.ctx, browser.GetWindowForTarget,
		browser.GetWindowForTargetParams{TargetID: chromedp.FromContext(p.ctx).Target.TargetID})
	require.NoError(p.t, err)
	_, err = chromedp.CallBrowser(p.ctx, browser.SetWindowBounds,
		browser.SetWindowBoundsParams{WindowID: at.WindowID, Bounds: &browser.Bounds{WindowState: state}})
	require.NoError(p.t, err)
}
