package live

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func TestSendsWhatHasChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub
		defer h.Close()
		p, r := newPage(), &reader{}
		open(t.Context(), &h, "k", p, r)
		synctest.Wait()
		first := r.take()
		require.True(t, strings.HasPrefix(first, "id: 1\ndata: {"), first)
		require.True(t, strings.HasSuffix(first, "}\n\n"), first)
		require.Contains(t, first, `"a":"<p>a1</p>","b":"<p>b1</p>"`)
		require.Equal(t, "text/event-stream", r.head.Get("Content-Type"))

		p.set("b", "<p>b2</p>\n")
		time.Sleep(time.Second)
		second := r.take()
		require.Contains(t, second, "id: 2\n")
		require.Contains(t, second, `"parts":{"b":["<p>b2</p>\n"]}`)

		p.set("b", "<p>b2</p>\n") // another version, and the same to see
		time.Sleep(10 * time.Second)
		require.Empty(t, r.take())
		require.EqualValues(t, 3, p.rendered.Load(), "rendered when the version changes, and not otherwise")

		time.Sleep(5 * time.Second)
		require.Regexp(t, `^event: beat\ndata: \{"now":\d+\}\n\n$`, r.take())
	})
}

func TestRendersOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub
		defer h.Close()
		p := newPage()
		readers := make([]*reader, 20)
		for i := range readers {
			readers[i] = &reader{}
			open(t.Context(), &h, "k", p, readers[i])
		}
		synctest.Wait()
		p.set("a", "<p>a2</p>")
		time.Sleep(time.Second)
		require.EqualValues(t, 2, p.rendered.Load())
		for _, r := range readers {
			require.Contains(t, r.take(), "a2")
		}
		// Somebody who comes late gets all that there is.
		late := &reader{}
		open(t.Context(), &h, "k", p, late)
		synctest.Wait()
		require.Contains(t, late.take(), "b1")
		require.EqualValues(t, 2, p.rendered.Load())
	})
}

// TestAtMostTwiceASecond, and once a second while there is something new all the time; after a pause soon again.
func TestAtMostTwiceASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub
		defer h.Close()
		p, r := newPage(), &reader{}
		open(t.Context(), &h, "k", p, r)
		synctest.Wait()
		time.Sleep(5 * time.Millisecond) // changes come between ticks, and never with one: each count is exact
		busy := func(seconds int) (rendered int64) {
			before := p.rendered.Load()
			for i := range 100 * seconds {
				p.set("a", strings.Repeat("x", i))
				time.Sleep(10 * time.Millisecond)
			}
			return p.rendered.Load() - before
		}
		for range 2 {
			require.EqualValues(t, 4, busy(2))
			require.EqualValues(t, 10, busy(10))
			time.Sleep(3 * time.Second)
			before := p.rendered.Load()
			p.set("a", "once more")
			time.Sleep(500 * time.Millisecond)
			require.Equal(t, before+1, p.rendered.Load())
			time.Sleep(time.Second)
		}
	})
}

func TestStuckTabIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub
		defer h.Close()
		p, stuck, well := newPage(), &reader{stuck: true}, &reader{}
		gone := open(t.Context(), &h, "k", p, stuck)
		stays := open(t.Context(), &h, "k", p, well)
		time.Sleep(5 * time.Second)
		require.False(t, ended(gone))
		for _, news := range []string{"a2", "a3"} { // nobody waits for the stuck one
			well.take()
			p.set("a", news)
			time.Sleep(time.Second)
			require.Contains(t, well.take(), news)
		}
		time.Sleep(5 * time.Second)
		require.True(t, ended(gone))
		require.False(t, ended(stays))
	})
}

func TestLastTabEndsTheRenderer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub // not closed: nothing of it may be left all the same
		p := newPage()
		ctx, cancel := context.WithCancel(t.Context())
		a := open(ctx, &h, "k", p, &reader{})
		b := open(ctx, &h, "k", p, &reader{})
		synctest.Wait()
		cancel()
		<-a
		<-b
		time.Sleep(time.Minute)
		require.EqualValues(t, 1, p.rendered.Load())
		require.Empty(t, h.shows)
		require.Zero(t, h.tabs)
	})
}

func TestPageThatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub
		defer h.Close()
		p, r := newPage(), &reader{}
		done := open(t.Context(), &h, "k", p, r)
		synctest.Wait()
		p.end()
		time.Sleep(time.Second)
		require.True(t, ended(done))
		require.Contains(t, r.take(), "event: gone\ndata: {}\n\n")
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub
		done := open(t.Context(), &h, "k", newPage(), &reader{})
		synctest.Wait()
		h.Close()
		h.Close()
		synctest.Wait()
		require.True(t, ended(done))
		late := &reader{}
		<-open(t.Context(), &h, "k", newPage(), late)
		require.Equal(t, http.StatusServiceUnavailable, late.status)
	})
}

func TestTooManyTabs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := Hub{Tabs: 2}
		defer h.Close()
		open(t.Context(), &h, "k", newPage(), &reader{})
		open(t.Context(), &h, "l", newPage(), &reader{})
		synctest.Wait()
		third := &reader{}
		<-open(t.Context(), &h, "m", newPage(), third)
		require.Equal(t, http.StatusServiceUnavailable, third.status)
	})
}

// unable is a writer that cannot flush, as some middleware makes them.
type unable struct{ http.ResponseWriter }

func TestServerThatCannotStream(t *testing.T) {
	t.Parallel()
	var h Hub
	defer h.Close()
	w := httptest.NewRecorder()
	h.Serve(unable{w}, httptest.NewRequest(http.MethodGet, "/", nil), "k", newPage().feed())
	require.Equal(t, http.StatusNotImplemented, w.Code)
	require.Contains(t, w.Header().Get("Content-Type"), "text/plain")
}

func TestWanted(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	require.False(t, Wanted(r))
	r.Header.Set("Accept", "text/event-stream")
	require.True(t, Wanted(r))
}
