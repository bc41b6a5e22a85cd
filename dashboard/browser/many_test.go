package browser

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// Fifty functions that crash-loop, two hundred runs and a thousand containers are one readable screen: a line a
// loop, by cause, and the rest is folded.
func TestManyLoops(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{Keep: 1000}), newTab(t)
	why := []string{"the ledger is locked", "no route to the exchange", "the licence has ended"}
	for i := range 50 {
		f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) {
			if n < 0 {
				panic(why[min(i/20, 2)])
			}
			return n, nil
		}), mapper.Options{Name: fmt.Sprintf("billing-%02d", i), Containers: 20, CrashLimit: 1000, Crashes: patient, Observer: s})
		require.NoError(t, err)
		t.Cleanup(func() { <-f.Done() })
		for range 4 {
			_, err = f.Collect(t.Context(), numbers(40), mapper.RunOptions{})
			require.NoError(t, err)
		}
		_, err = f.Spawn(t.Context(), -1)
		require.NoError(t, err)
	}
	p.open(s.url("/"))
	p.shows(".banner h2", "50 functions are crash-looping")
	p.await(`document.title.startsWith("⚠ 50 crash-looping")`)
	require.Equal(t, 3, ask[int](p, `document.querySelectorAll(".banner .group").length`))
	require.Equal(t, 10, ask[int](p, `Array.from(document.querySelectorAll(".lines li")).filter((e) => e.checkVisibility()).length`))
	p.await(`eyes.texts(".group h3")[0].includes("ledger is locked") && eyes.texts(".group h3")[0].includes("20 functions")`)
	p.shows(".lines li", "crash")
	for width, height := range map[int64]int{1440: 900, 820: 1180, 390: 1100} { // of a desk, of a tablet, and one and a bit of a telephone: there a loop has two lines
		p.dress(width, "dark")
		p.await(fmt.Sprintf("innerWidth === %d", width))
		p.picture(fmt.Sprintf("many-%d", width))
		require.LessOrEqual(t, ask[int](p, "document.documentElement.scrollHeight"), height, "one screen of %d", width)
		require.LessOrEqual(t, ask[int64](p, "document.documentElement.scrollWidth"), width)
		require.Less(t, ask[float64](p, `document.querySelector(".banner h2").getBoundingClientRect().bottom`), 250.0, "what is wrong comes first")
	}
	p.dress(1280, "light")
	p.accessible("many loops")
	n := s.weight("/")
	t.Logf("%d bytes in 8 s", n)
	require.Less(t, n, int64(100_000))
	p.shows(".rest > summary", "All 250")
	p.click(".rest > summary")
	p.shows(".pager", "1 to 50 of 250")
	p.await(`eyes.text("tbody tr").includes("crash-looping")`)
	p.click(".group details.more > summary")
	p.await(`Array.from(document.querySelectorAll(".lines li")).filter((e) => e.checkVisibility()).length > 20`)
	p.do(chromedp.EmulateViewport(390, 900))
	require.LessOrEqual(t, ask[int](p, "document.documentElement.scrollWidth"), 390)
	p.picture("unfolded")
}
