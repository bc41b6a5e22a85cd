package browser

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// A tab that outlives the program says that another one answers, and leads on; it does not show another run.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := newStage(t, dashboard.Options{})
	work := func(_ context.Context, n int) (int, error) { return n, nil }
	_, err := mapper.Collect(t.Context(), work, numbers(3), mapper.Options{Name: "before", Observer: s})
	require.NoError(t, err)
	p, all := newTab(t), newTab(t)
	for _, q := range []*tab{p, all} {
		q.expects("Failed to load resource", "ERR_")
	}
	p.open(s.url(s.run("before")))
	all.open(s.url("/"))
	for _, q := range []*tab{p, all} {
		q.shows("#live-word", "live")
	}
	addr := s.server.Listener.Addr().String()
	s.down()
	s.Close()
	p.shows("#live-word", "connection lost at")
	s.Dashboard = dashboard.New(dashboard.Options{})
	_, err = mapper.Collect(t.Context(), work, numbers(3), mapper.Options{Name: "after", Observer: s})
	require.NoError(t, err)
	s.up(addr)
	for _, q := range []*tab{p, all} {
		q.shows("#live-word", "the program was restarted")
		q.shows("#notice", "runs are numbered anew")
	}
	p.shows("h1", "before")
	p.picture("restarted")
	all.click("#notice [data-reload]")
	all.shows("tbody tr", "after")
	all.shows("#live-word", "live")
	p.click("#notice a")
	p.shows("tbody tr", "after")
}

// A page whose run is not kept any more says so once, and asks no more.
func TestGone(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{Keep: 1}), newTab(t)
	p.expects("404 (Not Found)")
	run := func(name string) {
		_, err := mapper.Collect(t.Context(), func(_ context.Context, n int) (int, error) { return n, nil }, numbers(3), mapper.Options{Name: name, Observer: s})
		require.NoError(t, err)
	}
	run("first")
	p.open(s.url(s.run("first")))
	p.shows("#live-word", "live")
	run("second")
	p.shows("#live-word", "not kept any more") // so the end of the second is known, and not kept after that of the third
	run("third")
	p.shows("#notice", "It shows what was known last")
	p.shows("h1", "first")
	s.awaitStreams(s.run("first"), 0)
	before := s.asked(s.run("first"))
	p.await("!document.getElementById('notice').hidden")
	p.picture("gone")
	require.Equal(t, before, s.asked(s.run("first")))
	p.open(s.url(s.run("third", "inputs", 77)))
	p.shows("h1", "There is no such page")
	p.click(".on a") // to the run
	p.shows("h1", "third")
}
