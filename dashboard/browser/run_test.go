package browser

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

var (
	errQuota   = errors.New("the quota is used up")
	errMissing = errors.New("no such object")
)

// A run is followed from its middle to its end, and tells what has failed and why.
func TestRun(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	v := make(valve)
	beside(t, func(ctx context.Context) {
		drain(mapper.Map(ctx, func(ctx context.Context, n int) (int, error) {
			if err := v.pass(ctx); err != nil {
				return 0, err
			}
			switch {
			case n%10 == 3:
				return 0, errQuota
			case n == 7:
				return 0, errMissing
			}
			return n, nil
		}, numbers(40), mapper.Options{Name: "upload", Containers: 4, ReturnExceptions: true, Observer: s}))
	})
	v.open(t, 10)

	p.open(s.url("/"))
	p.click("tbody th a")
	p.shows("h1", "upload")
	loaded := ask[float64](p, "performance.timeOrigin")
	p.await(state("succeeded") + " === 8 && " + state("failed") + " === 2")
	p.shows(".progress", "10 of 40")
	v.open(t, 10)
	p.await(state("succeeded") + " === 17 && " + state("failed") + " === 3")
	p.shows(".progress", "20 of 40")
	require.Equal(t, 1, ask[int](p, `eyes.texts("tbody tr").filter((t) => t.includes("the quota is used up")).length`), "failures with one cause have one row")
	require.Equal(t, 1, ask[int](p, `eyes.texts("tbody tr").filter((t) => t.includes("no such object")).length`))
	p.await(`document.querySelectorAll(".chart").length >= 2`)
	p.await(`eyes.drawn(".chart:nth-child(1) .plot path:not(.grid, .cross)")`)
	p.await(`eyes.drawn(".chart:nth-last-child(1) .plot path:not(.grid, .cross)")`)
	p.picture("half")

	v.open(t, 20)
	p.shows(".head .state", "completed with 5 failures")
	p.shows(".head", "after")
	p.await(state("succeeded") + " === 35 && " + state("failed") + " === 5 && " + state("running") + " === 0")
	p.picture("end")
	require.Equal(t, loaded, ask[float64](p, "performance.timeOrigin"), "it is still the page that was loaded")

	p.click(`.counts a[href$="state=failed"]`)
	p.shows("h1", "Inputs")
	p.await(`eyes.texts("tbody tr").length === 5 && eyes.texts("tbody .state").every((t) => t.trim() === "failed")`)
	p.picture("failed-inputs")
	p.open(s.url(s.run("upload")))
	p.click(`a[href*="inputs?cause="]`)
	p.await(`eyes.texts("tbody tr").length === 4 && eyes.texts("tbody tr").every((t) => t.includes("quota"))`)
}

// state is how many inputs have it, as the page of the run says.
func state(name string) string {
	return `eyes.number('.counts a[href$="state=` + name + `"] strong')`
}
