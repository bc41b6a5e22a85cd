package browser

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// The first page fills while it is watched.
func TestOverviewShowsWhatStarts(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	p.open(s.url("/"))
	p.shows("main", "Nothing has been started yet")
	p.shows("#live-word", "live")
	p.shows(".empty pre", "Observer: d")
	p.picture("nothing")
	p.accessible("nothing yet")
	loaded := ask[float64](p, "performance.timeOrigin")

	v := make(valve)
	beside(t, func(ctx context.Context) {
		drain(mapper.Map(ctx, func(ctx context.Context, n int) (int, error) { return n, v.pass(ctx) },
			numbers(8), mapper.Options{Name: "resize", Containers: 2, Observer: s}))
	})
	p.shows("tbody tr", "resize")
	p.shows("tbody tr .state", "running")
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) { return n, nil }),
		mapper.Options{Name: "thumbnail", Containers: 2, Observer: s})
	require.NoError(t, err)
	p.await(`eyes.texts("tbody tr th").some((text) => text.includes("thumbnail"))`)
	_, err = f.Collect(t.Context(), numbers(3), mapper.RunOptions{})
	require.NoError(t, err)
	p.await(`eyes.texts("tbody tr").some((text) => text.includes("run on"))`)

	v.open(t, 5)
	p.await(`eyes.texts("tbody tr").some((text) => /resize[^]*5\s+of 8/.test(text))`)
	p.picture("running")
	v.open(t, 3)
	p.await(`eyes.texts("tbody tr").some((text) => /resize[^]*completed[^]*8\s+of 8/.test(text))`)
	require.NoError(t, f.Stop(t.Context()))
	p.await(`eyes.texts("tbody tr").some((text) => /thumbnail[^]*stopped/.test(text))`)
	p.picture("ended")
	require.Equal(t, loaded, ask[float64](p, "performance.timeOrigin"), "it is still the page that was loaded")
}

// Filters and pages are in the URL, so that they can be kept, and stay when the page follows.
func TestOverviewFiltersAndPages(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{Keep: 1000}), newTab(t)
	for i := range 120 {
		name := "import"
		if i%2 == 1 {
			name = "export"
		}
		err := mapper.Each(t.Context(), func(context.Context, int) error { return nil }, numbers(1),
			mapper.Options{Name: fmt.Sprintf("%s-%d", name, i), Observer: s})
		require.NoError(t, err)
	}
	p.open(s.url("/"))
	p.shows(".pager", "1 to 50 of 120")
	require.Equal(t, 50, ask[int](p, `document.querySelectorAll("tbody tr").length`))

	p.do(chromedp.SendKeys(chromedp.CSS("input[name=q]"), "export"+kb.Enter))
	p.await(`location.search.includes("q=export") && document.readyState === "complete"`)
	p.shows(".pager", "of 60")
	p.do(chromedp.SetValue(chromedp.CSS("select[name=status]"), "completed"), chromedp.Click(chromedp.CSS("form.filter button")))
	p.await(`location.search.includes("status=completed") && location.search.includes("q=export")`)
	p.await(`document.querySelector("input[name=q]").value === "export" && document.querySelector("select").value === "completed"`)
	p.picture("filtered")
	p.click(`thead a[href*="sort=name"]`)
	p.await(`location.search.includes("sort=name") && location.search.includes("q=export") && location.search.includes("status=completed")`)
	p.await(`document.querySelector("th[aria-sort=ascending]").innerText.startsWith("Name") && /export-1\b/.test(eyes.text("tbody tr"))`)
	p.click(`thead a[href*="sort=-name"]`)
	p.await(`document.querySelector("th[aria-sort=descending]").innerText.startsWith("Name") && /export-99/.test(eyes.text("tbody tr"))`)
	p.click("a[rel=next]")
	p.await(`location.search.includes("sort=-name") && location.search.includes("offset=50") && /export-1[0-9]/.test(eyes.texts("tbody tr").at(-2))`)
	p.do(chromedp.EmulateViewport(390, 900)) // where rows are cards there are no heads to click
	p.await(`document.querySelector("select[name=sort]").checkVisibility()`)
	p.do(chromedp.SetValue(chromedp.CSS("select[name=sort]"), "started"), chromedp.Click(chromedp.CSS("form.filter button")))
	p.await(`location.search.includes("sort=started") && /export-119/.test(eyes.text("tbody tr"))`)
	p.do(chromedp.EmulateViewport(1280, 900))

	p.open(s.url("/?q=port"))
	p.click("a[rel=next]")
	p.await(`location.search.includes("q=port") && location.search.includes("offset=50")`)
	p.shows(".pager", "51 to 100 of 120")
	p.click("a[rel=next]")
	p.await(`location.search.includes("q=port") && location.search.includes("offset=100")`)
	p.shows(".pager", "101 to 120 of 120")
	p.lacks("a[rel=next]")
	p.shows("#live-word", "live")
	third := ask[string](p, "location.href")
	err := mapper.Each(t.Context(), func(context.Context, int) error { return nil }, numbers(1),
		mapper.Options{Name: "import-last", Observer: s})
	require.NoError(t, err)
	p.shows(".pager", "101 to 121 of 121")
	require.Equal(t, third, ask[string](p, "location.href"), "following a page does not leave it")
	p.click("a[rel=prev]")
	p.shows(".pager", "51 to 100")
	p.click("a[rel=prev]")
	p.await(`eyes.text("tbody tr").includes("import-last")`)
}
