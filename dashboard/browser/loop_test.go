package browser

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// patient keeps the pauses of a crash loop long enough to be looked at, and short enough to wait for.
var patient = policy.Deployed{
	InitialDelay: time.Millisecond, MaxDelay: 10 * time.Millisecond,
	GateInitialDelay: 4 * time.Second, GateMaxDelay: 8 * time.Second,
	ColdInputs: 1, // one that crashes is a crash loop
}

// shaky is a function that crashes while it is broken.
type shaky struct {
	broken atomic.Bool
	f      *mapper.Function[int, int]
}

func deployShaky(t *testing.T, s *stage, name string) *shaky {
	t.Helper()
	fn := &shaky{}
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) {
		if fn.broken.Load() {
			panic(errors.New("the ledger is locked"))
		}
		return n, nil
	}), mapper.Options{Name: name, Containers: 2, CrashLimit: 1000, Crashes: patient, Observer: s})
	require.NoError(t, err)
	fn.f = f
	t.Cleanup(func() { <-f.Done() })
	return fn
}

// The banner of a crash loop says all there is to say, counts down by itself, and goes when the
// function is well.
func TestCrashLoop(t *testing.T) {
	t.Parallel()
	s := newStage(t, dashboard.Options{Describe: func(in any) string { return fmt.Sprintf("invoice %v", in) }})
	p, all := newTab(t), newTab(t)
	fn := deployShaky(t, s, "billing")
	_, err := fn.f.Call(t.Context(), 1)
	require.NoError(t, err)

	p.open(s.url(s.run("billing")))
	all.open(s.url("/"))
	p.shows("#live-word", "live")
	all.shows("tbody tr", "billing")
	p.lacks(".banner")
	loaded := ask[float64](p, "performance.timeOrigin")

	fn.broken.Store(true)
	call, err := fn.f.Spawn(t.Context(), 42)
	require.NoError(t, err)
	for _, q := range []*tab{p, all} {
		q.shows(".banner h2", "billing is crash-looping")
		q.shows(".banner .why", "the ledger is locked")
		q.await(`/Since\s[^]*ago/.test(eyes.text(".banner .facts"))`)
		q.await(`/Crashes since then\s+\d/.test(eyes.text(".banner .facts"))`)
		q.await(`/By the rule\s+One input was tried/.test(eyes.text(".banner .facts"))`)
		q.await(`/On input\s+1 invoice 42/.test(eyes.text(".banner .facts"))`)
		q.await(`/What happens now\s+[^]{20}/.test(eyes.text(".banner .facts"))`)
		q.await(`eyes.text(".hush").includes("billing is crash-looping") && document.querySelector(".hush").ariaLive === "polite"`)
	}
	p.shows(".banner .next", "Next start in")
	p.picture("loop")
	all.picture("loop-overview")
	atAGlance(p)
	atAGlance(all)
	countsDown(p)
	p.do()
	require.False(t, ask[bool](p, `document.querySelector(".head .state").innerText.includes("running")`), "it is not said to be well meanwhile")

	fn.broken.Store(false)
	p.lacks(".banner")
	all.lacks(".banner")
	_, err = call.Get(t.Context())
	require.NoError(t, err)
	p.shows(".head .state", "running")
	p.picture("healed")
	require.Equal(t, loaded, ask[float64](p, "performance.timeOrigin"), "it is still the page that was loaded")
}

// atAGlance: what is broken, why, on what, when the next start is and what happens then is in sight without scrolling, on
// each width.
func atAGlance(p *tab) {
	p.t.Helper()
	for _, width := range []int64{390, 820, 1440} {
		p.dress(width, "light")
		p.await(fmt.Sprintf("innerWidth === %d", width))
		p.await(`[".banner h2", ".banner .why", ".banner .next", ".banner .described", ".banner .half:last-child dd"].every((what) => {
			const box = document.querySelector(what).getBoundingClientRect();
			return box.height > 0 && box.top >= 0 && box.bottom <= 844 && box.left >= 0 && box.right <= innerWidth; // 844: a telephone
		})`)
		p.picture(fmt.Sprintf("glance-%d", width))
	}
	p.dress(1280, "light")
}

// countsDown sees the countdown go on while nothing comes from the server.
func countsDown(p *tab) {
	p.t.Helper()
	p.await(`parseInt(eyes.text(".banner .next time").replace("in ", "")) >= 3`)
	p.click("#live-freeze")
	p.shows("#live-word", "frozen")
	p.await(`eyes.text(".banner .next time") === "in 2 s"`)
	p.await(`eyes.text(".banner .next time") === "in 1 s"`)
	p.click("#live-freeze")
	p.shows("#live-word", "live")
}
