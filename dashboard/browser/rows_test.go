package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// Times are those of whoever reads, and the page says so.
func TestZone(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	drain(mapper.Map(t.Context(), func(context.Context, int) (int, error) { panic("no licence") },
		numbers(100), mapper.Options{Name: "zoned", Containers: 2, ReturnExceptions: true, Observer: s}))
	p.do(chromedp.Func(func(ctx context.Context, at *chromedp.Target) error {
		_, err := cdp.Call(ctx, at, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Pacific/Marquesas"})
		return err
	}))
	p.open(s.url(s.run("zoned")))
	p.shows("#live-word", "live")
	p.shows("#zone", "in your zone, Pacific/Marquesas")
	p.await(`document.querySelector("[aria-labelledby=incidents] time[data-tick=clock]")`)
	p.await(`(() => {
		const time = document.querySelector("[aria-labelledby=incidents] time[data-tick=clock]");
		const there = new Date(Date.parse(time.dateTime) - 9.5 * 3600e3); // nine hours and a half behind, all the year
		return time.innerText === there.toISOString().slice(11, 19) && time.title.endsWith("UTC");
	})()`)
	p.await(`!/UTC/.test(eyes.text("main"))`)
}

// What has come of an action is on the page and not in its URL: who loads it again, or keeps it, is not told again.
func TestSaidOnce(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{AllowActions: true}), newTab(t)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) { return n, nil }),
		mapper.Options{Name: "told", Containers: 1, Observer: s})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	p.open(s.url(s.run("told")))
	p.click(`form[action$="/pause"] button`)
	p.shows(".said", "nothing begins until it is resumed")
	require.Equal(t, s.run("told"), ask[string](p, "location.pathname + location.search + location.hash"))
	p.do(chromedp.Reload())
	p.shows(".head .state", "paused")
	p.shows("#live-word", "live")
	p.lacks(".said")
}

// Without a link nothing on the page goes on as if there was one.
func TestAgesStandStill(t *testing.T) {
	t.Parallel()
	q := newQuiet(t)
	for _, p := range []*tab{q.p, q.other} {
		p.expects("Failed to load resource: net::ERR_")
	}
	const age = `eyes.text(".head time[data-tick=age]")`
	before := ask[string](q.p, age)
	q.p.await(age + " !== " + quoted(before)) // it goes on
	q.down()
	q.p.shows("#live-word", "connection lost at")
	stands, since := ask[string](q.p, age), ask[float64](q.p, "performance.now()")
	require.True(t, ask[bool](q.p, `Date.now = ((now) => () => now() + 3600e3)(Date.now), true`))
	q.p.await("performance.now() > " + fmt.Sprint(since+2500)) // in which it would have gone on by two seconds, and an hour
	require.Equal(t, stands, ask[string](q.p, age))
	q.p.picture("stands")
	q.up(q.server.Listener.Addr().String())
}

// A link over which nothing comes, not even a sign of life, is dead, whatever the browser says.
func TestSilentLink(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	drain(mapper.Map(t.Context(), func(_ context.Context, n int) (int, error) { return n, nil }, numbers(3), mapper.Options{Name: "over", Observer: s}))
	p.open(s.url(s.run("over")))
	p.shows("#live-word", "live")
	p.await("eyes.frames() > 0")
	require.True(t, ask[bool](p, `Date.now = ((now) => () => now() + 60e3)(Date.now), true`)) // a minute goes by
	p.shows("#live-word", "connection lost")
	p.shows("#live-word", "live")
}

// A name that is cut can be read to its end: where it is cut, and on its page.
func TestLongName(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	name := strings.Repeat("把去年的账单转换成新的格式", 7)
	drain(mapper.Map(t.Context(), func(_ context.Context, n int) (int, error) { return n, nil }, numbers(3), mapper.Options{Name: name, Observer: s}))
	p.open(s.url("/"))
	p.await(`eyes.text("tbody th a").includes("…")`)
	require.Equal(t, name, ask[string](p, `document.querySelector("tbody th bdi").title`))
	require.Less(t, 40, len([]rune(ask[string](p, `eyes.text("tbody th bdi")`))), "characters are cut, not bytes")
	p.click("tbody th a")
	p.await(`eyes.text("h1 bdi") === ` + quoted(name))
	p.dress(390, "light")
	require.LessOrEqual(t, ask[int](p, "document.documentElement.scrollWidth"), 390)
}
