package browser

import (
	"context"
	_ "embed" // eyes
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is how long a story waits for a page. It is only for failures.
const patience = 30 * time.Second

// eyes is what stories use to look at a page. It is in each page before its own scripts.
//
//go:embed eyes.js
var eyes string

// tab is a page in the browser, in a window of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string
	fine     []string // what may be in troubles
}

// newTab opens an empty tab, 1280 pixels wide. At the end of the test there must have been no
// dialog, no error in the console and nothing that the content policy forbids.
func newTab(t *testing.T, opts ...chromedp.ContextOption) *tab {
	t.Helper()
	p := &tab{t: t}
	opts = append(opts, chromedp.WithListener(p.hear))
	ctx, cancel := chromedp.NewContext(browserOf(t), opts...)
	p.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			p.picture("failed")
		}
		cancel()
		p.mu.Lock()
		defer p.mu.Unlock()
		require.Empty(t, p.troubles, "the page complains")
	})
	require.NoError(t, chromedp.Do(ctx)) // the tab lives as long as this context
	p.do(chromedp.EmulateViewport(1280, 900))
	p.do(chromedp.Func(func(ctx context.Context, at *chromedp.Target) error {
		_, err := cdp.Call(ctx, at, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: eyes})
		return err
	}))
	return p
}

// hear is told of all that happens in the tab.
func (p *tab) hear(event any) {
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		p.trouble("dialog: " + e.Message)
	case *runtime.EventExceptionThrown:
		p.trouble("exception: " + e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		var said []string
		for _, arg := range e.Args {
			said = append(said, string(arg.Value))
		}
		p.trouble(fmt.Sprintf("console.%s: %s", e.Type, strings.Join(said, " ")))
	case *log.EventEntryAdded:
		p.trouble(fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL))
	}
}

func (p *tab) trouble(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fine := range p.fine {
		if strings.Contains(what, fine) {
			return
		}
	}
	p.troubles = append(p.troubles, what)
}

// expects says what the story does that a browser complains of.
func (p *tab) expects(what ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fine = append(p.fine, what...)
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, steps...))
}

// open loads a page.
func (p *tab) open(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

// click does it with the mouse. A page that lives may have put another node in the place of the one that was found
// before the mouse was there: then nothing was clicked, and it is done again.
func (p *tab) click(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
	for err != nil && strings.Contains(err.Error(), "Could not find node") {
		err = chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
	}
	require.NoError(p.t, err)
}

// press presses keys, one after the other.
func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// ask evaluates an expression in the page.
func ask[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err, expression)
	return got
}

// await waits until an expression is true in the page. It looks whenever the page changes, and
// follows it to where it is led.
func (p *tab) await(condition string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	look := fmt.Sprintf("eyes.await(() => (%s))", condition)
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](look, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !leads(err) {
			shows := "nothing"
			if text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("location.href + ' ' + document.body.innerText")); err == nil {
				shows = text
			}
			require.FailNow(p.t, "the page does not get there", "waited for %s: %v\nit shows %.3000s", condition, err, shows)
		}
	}
}

// leads reports that an error is only that another page was loaded meanwhile.
func leads(err error) bool {
	for _, sign := range []string{"navigated", "context was destroyed", "Cannot find context", "collected", "eyes is not defined"} {
		if strings.Contains(err.Error(), sign) {
			return true
		}
	}
	return false
}

// shows waits until an element has a text.
func (p *tab) shows(selector, text string) {
	p.t.Helper()
	p.await(fmt.Sprintf("eyes.text(%q).includes(%q)", selector, text))
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// lacks waits until no element matches.
func (p *tab) lacks(selector string) {
	p.t.Helper()
	p.await(fmt.Sprintf("!document.querySelector(%q)", selector))
}
