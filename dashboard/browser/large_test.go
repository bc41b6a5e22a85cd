package browser

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

const manyNodes = 5000

// A million inputs on a thousand containers do not fill the page, and it answers.
func TestLarge(t *testing.T) {
	t.Parallel()
	const inputs, half = 1_000_000, 500_000
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	hold := make(chan struct{})
	beside(t, func(ctx context.Context) {
		drain(mapper.Map(ctx, func(ctx context.Context, n int) (int, error) {
			switch {
			case n >= half && n < half+2000: // the containers stay busy while the page is looked at
				select {
				case <-hold:
				case <-ctx.Done():
				}
			case n%1000 == 7:
				return 0, fmt.Errorf("item %d: %w", n, errMissing)
			}
			return n, nil
		}, numbers(inputs), mapper.Options{
			Name: "large", Containers: 1000, Outstanding: inputs, Unordered: true, ReturnExceptions: true, Observer: s,
		}))
	})
	p.open(s.url(s.run("large")))
	p.shows(".progress", "of 1,000,000 settled")
	p.measure("run")
	p.await(state("running") + " >= 1000")
	p.await(`document.querySelectorAll(".lanes li").length === 32`)
	p.shows("[aria-labelledby=lanes] .note", "These are 32 of 1,000")
	p.await(`eyes.drawn(".lanes .b-running, .lanes .b-succeeded:not([d=''])")`)
	p.measure("lanes")
	for _, width := range []int64{390, 820, 1440} {
		p.dress(width, "light")
		require.LessOrEqual(t, ask[int64](p, "document.documentElement.scrollWidth"), width)
		p.picture(fmt.Sprintf("busy-%d", width))
	}
	p.dress(1280, "light")
	p.click(`.counts a[href$="state=failed"]`) // it answers while the run goes on
	p.shows("h1", "Inputs")
	p.shows(".pager", "1 to 50 of")
	p.measure("inputs")
	p.open(s.url(s.run("large", "containers")))
	p.shows(".pager", "1 to 50 of 1,000")
	p.click("a[rel=next]")
	p.shows(".pager", "51 to 100 of 1,000")
	p.measure("containers")
	p.picture("containers")
	close(hold)
	p.open(s.url(s.run("large")))
	p.shows(".head", "after")
	p.await(state("succeeded") + " + " + state("failed") + " === 1000000")
	p.measure("end")
	p.picture("end")
}

// measure logs how long the page took, and holds that it does not grow with the run.
func (p *tab) measure(name string) {
	p.t.Helper()
	p.await("eyes.times().paint > 0 && eyes.times().frame > 0")
	times := ask[map[string]float64](p, "eyes.times()")
	ms := func(what string) time.Duration {
		return time.Duration(times[what] * float64(time.Millisecond)).Round(time.Millisecond)
	}
	p.t.Logf("%s: first paint after %v, longest frame %v, %.0f nodes", name, ms("paint"), ms("frame"), times["nodes"])
	require.Less(p.t, times["nodes"], float64(manyNodes))
}
