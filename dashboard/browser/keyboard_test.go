package browser

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// The tab key reaches all that can be used, in the order of the page, and what it has reached
// can be seen.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{AllowActions: true}), newTab(t)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) {
		if n == 1 {
			panic("one")
		}
		return n, nil
	}), mapper.Options{Name: "keys", Containers: 2, CrashLimit: 1, Observer: s})
	require.NoError(t, err)
	drain(f.Map(t.Context(), numbers(20), mapper.RunOptions{ReturnExceptions: true}))

	for _, path := range []string{"/", s.run("keys"), s.run("keys", "containers"), s.run("keys", "inputs")} {
		p.open(s.url(path))
		p.shows("#live-word", "live")
		p.click("#live-freeze") // so that nothing changes while the keys are pressed
		p.shows("#live-word", "frozen")
		ask[bool](p, "eyes.begin()")
		stops := ask[int](p, "eyes.stops().length")
		for i := range stops {
			p.press(kb.Tab)
			require.Equal(t, i, ask[int](p, "eyes.stops().indexOf(document.activeElement)"),
				"%s: stop %d is %s", path, i, ask[string](p, "document.activeElement.outerHTML.slice(0, 200)"))
			require.True(t, ask[bool](p, "eyes.focusShown()"), "%s: the focus cannot be seen on %s", path,
				ask[string](p, "document.activeElement.outerHTML.slice(0, 200)"))
		}
	}
}

// The first stop leads past the head of the page.
func TestKeyboardSkips(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	p.open(s.url("/"))
	p.press(kb.Tab)
	require.Equal(t, "Skip to the content", ask[string](p, "document.activeElement.innerText"))
	require.True(t, ask[bool](p, "document.activeElement.getBoundingClientRect().left >= 0"), "the link is to be seen")
	p.picture("skip")
	p.press(kb.Enter)
	p.await(`document.activeElement.id === "main"`)
	p.press(kb.Tab)
	require.True(t, ask[bool](p, `document.getElementById("main").contains(document.activeElement)`))
}

// Links and filters need no mouse.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	for _, name := range []string{"alpha", "beta"} {
		err := mapper.Each(t.Context(), func(context.Context, int) error { return nil }, numbers(1), mapper.Options{Name: name, Observer: s})
		require.NoError(t, err)
	}
	p.open(s.url("/"))
	p.tabTo(`input[name=q]`)
	p.press("b", "e", "t", kb.Enter)
	p.await(`location.search.includes("q=bet") && eyes.texts("tbody tr").length === 1`)
	p.tabTo(`tbody th a`)
	p.press(kb.Enter)
	p.shows("h1", "beta")
	p.tabTo(`.counts a[href$="state=succeeded"]`)
	p.press(kb.Enter)
	p.shows("h1", "Inputs")
	p.shows("tbody tr", "succeeded")
}

// tabTo presses the tab key until an element has the focus.
func (p *tab) tabTo(selector string) {
	p.t.Helper()
	var met []string
	for range ask[int](p, "eyes.stops().length") + 1 {
		p.press(kb.Tab)
		if ask[bool](p, "document.activeElement.matches("+quoted(selector)+")") {
			return
		}
		met = append(met, ask[string](p, "document.activeElement.cloneNode().outerHTML.slice(0, 120)"))
	}
	require.FailNow(p.t, "the tab key does not lead there", "%s: %q", selector, met)
}
