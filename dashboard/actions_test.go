package dashboard

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// forgetful is a shelf that has nothing any more.
type forgetful struct {
	*shelf
	forgot atomic.Bool
}

func (f *forgetful) Run(id uint64) (history.Run, bool) {
	r, ok := f.shelf.Run(id)
	return r, ok && !f.forgot.Load()
}

func post(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func TestActions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path     string
		form     url.Values
		run      bool
		full     int
		held     bool
		location string
		did      []string
		said     string
	}{
		{path: "/runs/1/pause", location: "../1?said=pause", did: []string{"pause"}, said: "nothing begins until it is resumed"},
		{path: "/runs/1/resume", location: "../1?said=resume", did: []string{"resume"}, said: "begin again"},
		{path: "/runs/2/resume", run: true, held: true, location: "../2?said=resume-function", did: []string{"resume"}, said: "is to be resumed"},
		{path: "/runs/1/reset", location: "../1?said=reset", did: []string{"reset"}, said: "crashes so far are forgotten"},
		{path: "/runs/1/stop", form: url.Values{"how": {"drain"}}, location: "../1?said=stop-drain", did: []string{"stop"}, said: "finishes what it has accepted"},
		{path: "/runs/1/stop", form: url.Values{"how": {"now"}}, location: "../1?said=stop-now", did: []string{"stop now"}, said: "told to stop"},
		{path: "/runs/2/stop", form: url.Values{"how": {"drain"}}, run: true, location: "../2?said=stop-now", did: []string{"stop now"}},
		{path: "/runs/1/containers/7/drain", location: "../7?said=drain", did: []string{"drain"}, said: "begins nothing more"},
		{path: "/runs/1/containers/8/drain", location: "../8?said=drain-none", did: []string{"drain"}},
		{path: "/runs/1/containers/x/drain", location: "../x?said=drain-none"},
		{path: "/runs/1/retry", form: url.Values{"cause": {"c0ffee"}}, location: "../1?n=3&of=3&said=retry", did: []string{"spawn", "spawn", "spawn"}, said: "3 calls are made again"},
		{path: "/runs/1/retry", full: 2, location: "../1?n=2&of=3&said=retry", did: []string{"spawn", "spawn"}, said: "2 of 3 calls are made again"},
		{path: "/runs/2/retry", run: true, location: "../2?said=retry-run", said: "start another run"},
		{path: "/runs/3/stop", location: "../3?said=over", said: "nothing to act on"},
	} {
		s := newShelf()
		s.view.function, s.view.full, s.view.held = !c.run, c.full, c.held
		acted := make(chan struct{})
		s.view.wake = acted
		d := over(s, Options{AllowActions: true})
		w := answer(d, post(c.path, c.form))
		require.Equal(t, http.StatusSeeOther, w.Code, c.path)
		cookie := w.Result().Cookies()[0]
		word, err := url.QueryUnescape(cookie.Value)
		require.NoError(t, err)
		require.Equal(t, c.location, w.Header().Get("Location")+"?"+word, c.path)
		require.Empty(t, cookie.Path, "it is of the page")
		if len(c.did) > 0 {
			<-acted // Stop is on a goroutine of its own
		}
		require.Equal(t, c.did, s.view.done(), c.path)
		if c.said != "" {
			back, err := url.Parse("http://x" + c.path)
			require.NoError(t, err)
			back, err = back.Parse(c.location)
			require.NoError(t, err)
			page := httptest.NewRequest(http.MethodGet, back.RequestURI(), nil)
			page.AddCookie(cookie)
			shown := answer(d, page)
			require.Contains(t, words(shown.Body.String()), c.said)
			require.Equal(t, []any{back.Path, -1}, []any{shown.Result().Cookies()[0].Path, shown.Result().Cookies()[0].MaxAge}, "it is said once")
		}
	}
}

func TestActionsRefused(t *testing.T) {
	t.Parallel()
	paths := []string{"/runs/1/stop", "/runs/1/pause", "/runs/1/resume", "/runs/1/reset", "/runs/1/retry", "/runs/1/containers/7/drain"}
	s := newShelf()
	closed, open := over(s, Options{}), over(s, Options{AllowActions: true})
	for _, path := range paths {
		w := answer(closed, post(path, nil))
		require.Equal(t, http.StatusForbidden, w.Code, path)
		require.Contains(t, words(w.Body.String()), "Actions are not enabled")

		for _, d := range []*Dashboard{closed, open} {
			w = get(t, d, path)
			require.Equal(t, http.StatusMethodNotAllowed, w.Code, path)
			require.Equal(t, http.MethodPost, w.Header().Get("Allow"))
		}
		for _, site := range []string{"cross-site", "same-site"} {
			r := post(path, nil)
			r.Header.Set("Sec-Fetch-Site", site)
			require.Equal(t, http.StatusForbidden, answer(open, r).Code, path)
		}
		r := post(path, nil)
		r.Header.Del("Sec-Fetch-Site") // browsers leave it out where there is no TLS
		r.Header.Set("Origin", "http://evil.example")
		require.Equal(t, http.StatusForbidden, answer(open, r).Code, path)
	}
	require.Equal(t, http.StatusNotFound, answer(open, post("/runs/9/stop", nil)).Code)
	require.Equal(t, http.StatusNotFound, answer(open, post("/runs/x/stop", nil)).Code)
	require.Empty(t, s.view.done())
}

func TestTrustedOrigins(t *testing.T) {
	t.Parallel()
	s := newShelf()
	d := over(s, Options{AllowActions: true, TrustedOrigins: []string{"https://ops.example"}})
	r := post("/runs/1/reset", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Origin", "https://ops.example")
	require.Equal(t, http.StatusSeeOther, answer(d, r).Code)
	require.PanicsWithError(t, "longshore: invalid TrustedOrigins ops.example: invalid origin \"ops.example\": scheme is required", func() {
		New(Options{TrustedOrigins: []string{"ops.example"}})
	})
}

func TestButtons(t *testing.T) {
	t.Parallel()
	d := over(newShelf(), Options{AllowActions: true})
	function := get(t, d, "/runs/1").Body.String()
	for _, action := range []string{"../runs/1/stop", "../runs/1/reset", "../runs/1/retry"} {
		require.Contains(t, function, `action="`+action+`"`)
	}
	require.Contains(t, words(function), "Retry 3 failed")
	run := get(t, d, "/runs/2").Body.String()
	require.Contains(t, run, `action="../runs/2/stop"`)
	require.NotContains(t, run, "/retry")
	require.Contains(t, words(run), "A run cannot take back inputs that it has settled.")
	require.Contains(t, get(t, d, "/runs/1/containers/7").Body.String(), `action="../../../runs/1/containers/7/drain"`)
	require.NotContains(t, get(t, d, "/runs/3").Body.String(), `method="post"`, "it has ended")

	require.NotContains(t, get(t, d, "/runs/1?said=reset").Body.String(), `class="said`, "a link says nothing")
	for _, forged := range []string{"said=%3Cb%3E", "said=retry&n=x&of=3", "said=retry&n=9&of=3", "said=", "%zz"} {
		r := httptest.NewRequest(http.MethodGet, "/runs/1", nil)
		r.AddCookie(&http.Cookie{Name: saidCookie, Value: url.QueryEscape(forged)})
		require.NotContains(t, answer(d, r).Body.String(), `class="said`)
	}
}
