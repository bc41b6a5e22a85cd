package browser

import (
	"context"
	"errors"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// A crash loop is in the title, in the icon, and in the charts; when it is over it leaves an incident.
func TestIncident(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	fn := deployShaky(t, s, "billing")
	_, err := fn.f.Call(t.Context(), 1)
	require.NoError(t, err)
	p.open(s.url(s.run("billing")))
	p.shows("#live-word", "live")
	p.await(`document.title.startsWith("billing") && document.getElementById("icon").href.endsWith("/icon.svg")`)
	p.lacks("#incidents")

	fn.broken.Store(true)
	call, err := fn.f.Spawn(t.Context(), 42)
	require.NoError(t, err)
	p.shows(".banner h2", "is crash-looping")
	p.await(`document.title.startsWith("⚠ 1 crash-looping · billing") && document.getElementById("icon").href.endsWith("/icon-loop.svg")`)
	p.await(`/crash loop[^]*so far/.test(eyes.text("section[aria-labelledby=incidents] tbody tr"))`)
	p.await(`document.querySelectorAll(".chart .plot .shade").length === 3`)
	p.accessible("a crash loop")
	p.do()

	fn.broken.Store(false)
	_, err = call.Get(t.Context())
	require.NoError(t, err)
	p.lacks(".banner")
	p.shows(".head .recovered", "recovered")
	p.await(`document.title.startsWith("billing") && document.getElementById("icon").href.endsWith("/icon.svg")`)
	p.await(`/crash loop[^]*until[^]*the ledger is locked/.test(eyes.text("section[aria-labelledby=incidents] tbody tr"))`)
	p.click(".head .recovered")
	p.await(`document.getElementById("incidents").getBoundingClientRect().top < innerHeight`)
	p.accessible("recovered")
	p.picture("recovered")
	p.open(s.url("/"))
	p.shows("tbody tr", "recovered")
}

// What the reader points at does not move away as a banner appears above it.
func TestBannerMovesNothingPointedAt(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	fn := deployShaky(t, s, "steady")
	_, err := fn.f.Call(t.Context(), 1)
	require.NoError(t, err)
	p.do(chromedp.EmulateViewport(1280, 500)) // a page that fits has nowhere to scroll
	p.open(s.url(s.run("steady")))
	p.shows("#live-word", "live")
	p.tabTo(`h2 a[href$="/containers"]`)
	top := ask[float64](p, "document.activeElement.getBoundingClientRect().top")
	fn.broken.Store(true)
	_, err = fn.f.Spawn(t.Context(), 42)
	require.NoError(t, err)
	p.await(`document.querySelector(".banner")`)
	require.InDelta(t, top, ask[float64](p, "document.activeElement.getBoundingClientRect().top"), 2)
	fn.broken.Store(false)
}

// Calls that a function has no place for are counted where its numbers are.
func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	v := make(valve)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(ctx context.Context, n int) (int, error) { return n, v.pass(ctx) }),
		mapper.Options{Name: "full", Containers: 1, Outstanding: 2, Observer: s})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	for range 5 {
		if _, err := f.Spawn(t.Context(), 1); err != nil {
			require.ErrorIs(t, err, mapper.ErrQueueFull)
		}
	}
	p.open(s.url("/"))
	p.shows("tbody tr", "3 refused")
	p.click("tbody th a")
	p.await(`/too many outstanding\s+3/.test(eyes.text(".facts"))`)
	p.await(`eyes.texts(".chart .legend")[0].includes("refused")`)
}

// A run that was cut off says how much of it was not done.
func TestCutOff(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	drain(mapper.Map(t.Context(), func(context.Context, int) (int, error) { panic(errors.New("no licence")) },
		numbers(500), mapper.Options{Name: "doomed", Containers: 2, ReturnExceptions: true, Observer: s}))
	p.open(s.url(s.run("doomed")))
	p.shows(".head .state", "cut off")
	p.await(`/0 of 500 succeeded, 0 %, 500 not done/.test(eyes.text(".progress"))`)
	p.await(`/cut off[^]*no licence/.test(eyes.text("section[aria-labelledby=incidents] tbody tr"))`)
	p.picture("cut-off")
}
