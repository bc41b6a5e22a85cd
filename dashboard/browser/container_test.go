package browser

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

var _ = process.Register(chatter)

// chatter runs in worker processes.
func chatter(_ context.Context, n int) (int, error) {
	fmt.Printf("begin %d\n", n)
	fmt.Fprintf(os.Stderr, "careful with %d\n", n)
	if n == 13 {
		panic("thirteen")
	}
	return n, nil
}

// A worker process is followed through its life: what it prints, its memory, its crash.
func TestContainer(t *testing.T) {
	t.Parallel()
	s := newStage(t, dashboard.Options{Describe: func(in any) string { return fmt.Sprintf("ticket %v", in) }})
	p := newTab(t)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(chatter), mapper.Options{
		Name: "chatter", Containers: 1, CrashLimit: 1, Observer: s,
		Runtime: process.New(process.Options{Memory: 512 << 20, Log: func(process.Line) {}}),
	})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	_, err = f.Call(t.Context(), 1)
	require.NoError(t, err)

	p.open(s.url(s.run("chatter")))
	p.await(`eyes.texts(".chart").some((text) => /Memory of the container with most[^]*most [0-9.]+ MiB[^]*its limit 512 MiB/.test(text))`)
	p.await(`/Memory of all containers\s+[0-9.]+ MiB/.test(eyes.text("#part-run"))`)
	p.await(`/last minute\s+0 %, 0 of 1/.test(eyes.text(".failing"))`)
	p.picture("memory")
	p.click(`a[href$="containers/0"]`)
	p.shows("h1", "Container 0")
	p.shows(".head .state", "idle")
	p.shows(".log", "begin 1")
	p.shows(".log", "careful with 1")
	_, err = f.Call(t.Context(), 2)
	require.NoError(t, err)
	p.shows(".log", "begin 2") // by itself
	p.await(`/Memory[^]*[0-9] MiB of 512 MiB/.test(eyes.text(".facts"))`)
	p.await(`/Inputs done\s+2/.test(eyes.text(".facts"))`)
	p.await(`/Memory at most so far\s+[0-9.]+ MiB/.test(eyes.text(".facts"))`)
	p.await(`/used [0-9.]+ MiB\s+limit 512 MiB/.test(eyes.text("section[aria-labelledby=memory] .chart"))`)
	p.picture("alive")

	_, err = f.Call(t.Context(), 13)
	require.Error(t, err)
	p.shows(".head .state", "crashed")
	p.await(`/crashed/.test(eyes.text("section[aria-labelledby=states]"))`)
	p.await(`/2 ticket 13/.test(eyes.text("section[aria-labelledby=crashes]"))`)
	p.await(`/thirteen/.test(eyes.text("section[aria-labelledby=crashes]"))`)
	opens(p, "#crash-0 td > details:nth-of-type(1)", "browser.chatter")
	opens(p, "#crash-0 td > details:nth-of-type(2)", "careful with 13")
	p.shows("section[aria-labelledby=its-crash] h2", "It crashed")
	p.shows("section[aria-labelledby=its-crash] .why", "thirteen")
	p.await(`/Memory at most\s+[0-9.]+ MiB of 512 MiB/.test(eyes.text("#part-container .facts"))`) // what it was, also afterwards
	p.await(`/crashed[^]*thirteen/.test(eyes.text("section[aria-labelledby=attempts] tbody"))`)
	p.await(`!document.querySelector(".stack .copy").hidden`)
	require.Equal(t, "", ask[string](p, `eyes.texts(".stack > pre").find((text) => text.includes("longshore/mapper")) ?? ""`), "ours are folded")
	p.picture("crashed")
	p.accessible("a crashed container")

	_, err = f.Call(t.Context(), 3)
	require.NoError(t, err)
	p.await(`eyes.texts("section[aria-labelledby=states] tbody tr").some((t) => /\b1\b[^]*ready/.test(t))`)
	_, err = f.Call(t.Context(), 13)
	require.Error(t, err)
	p.shows("#crash-1", "thirteen") // a row above the other
	require.Equal(t, []int{2, 0}, []int{
		ask[int](p, `document.querySelectorAll("#crash-0 details[open]").length`),
		ask[int](p, `document.querySelectorAll("#crash-1 details[open]").length`),
	}, "what was opened stays open, and nothing else")
	p.open(s.url(s.run("chatter", "containers", 1)))
	p.shows(".log", "begin 3")
	p.shows("section[aria-labelledby=crashes]", "thirteen") // of the container before it
	p.open(s.url(s.run("chatter", "containers") + "?ended=1"))
	p.shows("tbody tr", "crashed")
	p.picture("containers")
}

// opens opens details by a key, since what comes above them moves them away from a mouse, and finds
// a text there.
func opens(p *tab, selector, text string) {
	p.t.Helper()
	p.do(chromedp.Focus(chromedp.CSS(selector + " > summary")))
	p.press(kb.Enter)
	p.await(fmt.Sprintf("document.querySelector(%q).open && eyes.text(%q).includes(%q)", selector, selector, text))
}
