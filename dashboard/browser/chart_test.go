package browser

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// A chart says what was at a place, to a mouse and to the keys; that of a run that has ended does not say now.
func TestChart(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	drain(mapper.Map(t.Context(), func(_ context.Context, n int) (int, error) {
		time.Sleep(50 * time.Millisecond)
		return n, nil
	}, numbers(200), mapper.Options{Name: "charted", Containers: 4, Observer: s}))
	p.open(s.url(s.run("charted")))
	p.shows(".head .state", "completed")
	p.await(`/^end, [0-9:]+$/.test(eyes.text(".chart .to"))`)
	p.shows(".chart .from", "1 minute before")
	require.Empty(t, ask[string](p, `eyes.text(".chart .readout")`))
	p.do(chromedp.Focus(chromedp.CSS(".chart svg[tabindex]")))
	p.press(kb.ArrowLeft)
	p.await(`/^[0-9:]+: succeeded [0-9]/.test(eyes.text(".chart .readout"))`)
	p.await(`document.querySelector(".chart .cross").getAttribute("d") !== ""`)
	first := ask[string](p, `document.querySelector(".chart .cross").getAttribute("d")`)
	p.press(kb.ArrowLeft)
	require.NotEqual(t, first, ask[string](p, `document.querySelector(".chart .cross").getAttribute("d")`))
	p.picture("crosshair")
	p.press(kb.Tab)
	p.await(`eyes.text(".chart .readout") === ""`)
	p.do(chromedp.Func(func(ctx context.Context, at *chromedp.Target) error { // a finger
		_, err := cdp.Call(ctx, at, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
		return err
	}))
	where := ask[[]float64](p, `(() => { const b = document.querySelector(".chart svg[tabindex]").getBoundingClientRect(); return [b.right - 8, b.top + 20] })()`)
	p.do(chromedp.Func(func(ctx context.Context, at *chromedp.Target) error {
		_, err := cdp.Call(ctx, at, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: where[0], Y: where[1]}},
		})
		return err
	}))
	p.await(`/^[0-9:]+: succeeded [0-9]/.test(eyes.text(".chart .readout"))`)
	p.accessible("charts")
	for _, axis := range ask[[]string](p, `eyes.texts(".chart:nth-child(-n+2) .most, .chart:nth-child(-n+2) .half")`) {
		require.NotContains(t, axis, ".", "inputs are whole")
	}
}

// Dark and light by hand stay chosen.
func TestScheme(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	p.open(s.url("/"))
	p.dress(1280, "light")
	p.await(`getComputedStyle(document.body).colorScheme && eyes.text("#scheme") === "Dark"`)
	ground := ask[string](p, "getComputedStyle(document.documentElement).backgroundColor")
	p.click("#scheme")
	p.await(`eyes.text("#scheme") === "Light" && getComputedStyle(document.documentElement).backgroundColor !== ` + quoted(ground))
	p.open(s.url("/?q=again"))
	p.await(`eyes.text("#scheme") === "Light" && getComputedStyle(document.documentElement).backgroundColor !== ` + quoted(ground))
	p.click("#scheme")
	p.await(`getComputedStyle(document.documentElement).backgroundColor === ` + quoted(ground))
}
