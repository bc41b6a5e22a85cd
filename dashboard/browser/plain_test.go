package browser

import (
	"context"
	"errors"
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

// Without JavaScript each screen shows its contents, and links and filters work.
func TestWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{Describe: func(in any) string { return fmt.Sprintf("row %v", in) }}), newTab(t)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) {
		switch n {
		case 3:
			return 0, errors.New("no such row")
		case 5:
			panic("five")
		}
		return n, nil
	}), mapper.Options{Name: "plain", Containers: 2, CrashLimit: 1, Observer: s})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	for n := range 8 {
		_, err := f.Call(t.Context(), n)
		require.Equal(t, n != 3 && n != 5, err == nil)
	}

	p.do(chromedp.Func(func(ctx context.Context, at *chromedp.Target) error {
		_, err := cdp.Call(ctx, at, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	p.open(s.url("/"))
	p.reads("Functions and runs", "plain", "As of")
	p.picture("overview")
	p.click("tbody th a")
	p.reads("plain", "succeeded", "no such row", "panic: five", "The last minutes", "Containers", "Crashes")
	p.picture("run")
	p.click(`.counts a[href$="state=failed"]`)
	p.reads("Inputs", "no such row", "row 3")
	p.click(`a[href$="inputs/3"]`)
	p.reads("Input 3", "row 3", "no such row", "Attempts")
	p.click(`nav[aria-label="Where you are"] li:nth-child(2) a`)
	p.click(`a[href$="/containers"]`)
	p.reads("Containers", "idle")
	p.click(`tbody th a`)
	p.reads("Container", "History of its slot", "ready")
	p.picture("container")
	p.click("a.home")
	p.do(chromedp.SendKeys(chromedp.CSS("input[name=q]"), "nothing like it\r"))
	p.reads("No function and no run is like that")
	require.Zero(t, s.streamed(), "streams without JavaScript")
}

// reads waits until the page shows all the words. It asks the browser and not the page, in which
// no script runs.
func (p *tab) reads(words ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text := ""
	for _, word := range words {
		for !strings.Contains(text, word) {
			require.NoError(p.t, ctx.Err(), "waited for %q in %q", word, text)
			if now, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body"))); err == nil {
				text = now
			}
		}
	}
}
