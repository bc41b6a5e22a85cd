package dashboard

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// words is what a page says, without its markup.
func words(page string) string {
	_, page, _ = strings.Cut(page, "<main")
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString("<"+page, " "))), " ")
}

func TestPages(t *testing.T) {
	t.Parallel()
	d := over(newShelf(), Options{Title: "my program"})
	for path, all := range map[string][]string{
		"/": {
			"resize-images is crash-looping", "Next start in 1", "37, the last 5 s ago", "5,981 photos/5981.jpg", "14 s out of memory",
			"What happens now One container at a time is tried.", "main.crop", "fatal error: runtime: out of memory",
			"1 crash-looping", "nightly", "6,190 of 10,000", "24.7/s", "ended 1h 0m ago took 1h 0m", "resize-images #2 run on function 1 waiting", "nightly #3 run cut off", "All 3",
		},
		"/runs/1": {
			"resize-images is crash-looping", "function", "6,249 calls settled", "pending 3,702", "running 8", "retrying 41", "succeeded 6,190", "failed 59",
			"dial tcp: refused", "*net.OpError", "Throughput", "succeeded 39", "p99", "8 live of 10 wanted", "312 ms, 1.0 s, 2.1 s, 3.0 s", "3 of 96; 4 different inputs tried since one finished", "33 different inputs were tried.", "the run gives up",
			"out of memory at 512 MiB", "too many outstanding 2", "dial tcp: refused *net.OpError failed", "crash-looping next start in", "300 MiB of 512 MiB", "Runs on it", "12 events", "Containers 10",
		},
		"/runs/2":              {"resize-images #2 waits: its function is crash-looping Next start in", "run 2 on resize-images , function 1", "waiting for", "Containers at work for it 1, 2 crashes on its inputs", "6,249 of 10,000 settled, 62 %", "about 2m 33s left", "Journal 3 restored, 6,240 recorded, 6 not yet, for 12 ms , 1 damaged", "Deaths of the process 4, 1 input suspected, 2 convicted", "At the start, resize.db: 3 of 10000 inputs are restored"},
		"/runs/3":              {"cut off 1h 0m ago , after 1h 0m", "6,190 of 10,000 succeeded, 62 %, 59 failed, 371 not done", "Incidents", "cut off", "it gave up", "crash loop", "1m 0s, until", "supervisor: crashes outweigh progress", "held the run up 40 % of the time"},
		"/runs/1/containers":   {"Containers of resize-images", "7 2 running input 5,981", "1 to 2 of 120"},
		"/runs/1/inputs":       {"Inputs of resize-images", "5,981 retrying next attempt in", "photos/5981.jpg", "dial tcp: refused", "1 to 1 of 120"},
		"/runs/1/containers/7": {"Container 7 slot 2", "ready", "starting", "stderr loading the model", "All crashes in its slot", "retrying 1.0 s", "Memory 300 MiB of 480 MiB", "at most so far 400 MiB", "used 300 MiB replaced at 480 MiB limit 512 MiB"},
		"/runs/1/inputs/5981":  {"Input 5,981", "next attempt in", "crashed 1.0 s", "The last crash that it was in", "others with the same"},
	} {
		w := get(t, d, path)
		require.Equal(t, http.StatusOK, w.Code, path)
		require.Contains(t, w.Body.String(), "· my program</title>")
		said := words(w.Body.String())
		for _, what := range all {
			require.Contains(t, said, what, path)
		}
		require.NotContains(t, said, "Stop", "no buttons without AllowActions")
		require.NotContains(t, w.Body.String(), `method="post"`)
		require.Equal(t, contentPolicy, w.Header().Get("Content-Security-Policy"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.NotRegexp(t, `(?i)\sstyle=|\son[a-z]+=|<style|<script(?: [^>]*)?>[^<]`, w.Body.String(), "the policy forbids it")
	}
}

func TestFiltersAreInTheURL(t *testing.T) {
	t.Parallel()
	d := over(newShelf(), Options{})
	page := get(t, d, "/runs/1/inputs?state=failed&q=dial&container=7&cause=c0ffee&offset=50").Body.String()
	require.Contains(t, page, `<option value="failed" selected>failed</option>`)
	require.Contains(t, page, `name="q" value="dial"`)
	require.Contains(t, page, `name="container" min="0" value="7"`)
	require.Contains(t, page, `name="cause" value="c0ffee"`)
	require.Contains(t, html.UnescapeString(page), `href="?cause=c0ffee&container=7&offset=0&q=dial&state=failed"`)
	require.Contains(t, words(page), "Only those with the cause dial tcp: refused")
	// What makes no sense is left out.
	require.Equal(t, http.StatusOK, get(t, d, "/runs/1/inputs?offset=-3&container=x&state=%00&cause=%ff").Code)
	require.Equal(t, http.StatusOK, get(t, d, "/?parent=-1&status=nonsense&offset=99999999999999999999").Code)
	require.Contains(t, get(t, d, "/runs/1/containers?state=idle&ended=1").Body.String(), `value="1" checked`)
}

func TestNoSuchPage(t *testing.T) {
	t.Parallel()
	d := over(newShelf(), Options{})
	for _, path := range []string{
		"/nothing", "/runs/", "/runs/9", "/runs/0", "/runs/-1", "/runs/x", "/runs/99999999999999999999", "/runs/1/containers/8", "/runs/1/containers/-1",
		"/runs/1/inputs/1", "/runs/1/inputs/x", "/runs/9/inputs", "/runs/9/containers", "/static/", "/static/nothing.js", "/a/b/c/d/e/f",
	} {
		require.Equal(t, http.StatusNotFound, get(t, d, path).Code, path)
	}
	r := httptest.NewRequest(http.MethodGet, "/runs/9", nil)
	r.Header.Set("Accept", "text/event-stream")
	require.Equal(t, http.StatusNotFound, answer(d, r).Code)
	require.Equal(t, http.StatusMethodNotAllowed, answer(d, httptest.NewRequest(http.MethodPost, "/runs/1", nil)).Code)
	head := answer(d, httptest.NewRequest(http.MethodHead, "/runs/1", nil))
	require.Equal(t, http.StatusOK, head.Code)
	require.Empty(t, head.Body.String())
}

var hrefs = regexp.MustCompile(`(?:href|action|src)="([^"]*)"`)

// crawl follows all links from a URL and requires that each leads somewhere. Forms that act are
// only looked at. It returns the pages by path.
func crawl(t *testing.T, client *http.Client, from string) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at, err := url.Parse(queue[0])
		require.NoError(t, err)
		if _, seen := pages[at.RequestURI()]; seen {
			continue
		}
		res, err := client.Get(at.String())
		require.NoError(t, err)
		page := body(t, res)
		require.Equal(t, http.StatusOK, res.StatusCode, "%s, found on %s", at, queue[0])
		pages[at.RequestURI()] = page
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range hrefs.FindAllStringSubmatch(page, -1) {
			to, err := at.Parse(html.UnescapeString(m[1]))
			require.NoError(t, err)
			require.False(t, strings.HasPrefix(m[1], "/"), "links are relative: %s", m[1])
			to.Fragment = ""
			if strings.Contains(to.Path, "/api/v1/runs") {
				continue // it is of what the dashboard itself has seen
			}
			if _, acts, _ := strings.Cut(to.Path, "/runs/"); !regexp.MustCompile(`/(stop|pause|resume|reset|retry|drain)$`).MatchString(acts) {
				queue = append(queue, to.String())
			}
		}
	}
	return pages
}

// mounted serves a handler under a prefix.
func mounted(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/long/shore/", http.StripPrefix("/long/shore", h))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	server := mounted(t, over(newShelf(), Options{AllowActions: true}))
	pages := crawl(t, &http.Client{Transport: firstPages{server.Client().Transport}}, server.URL+"/long/shore/")
	require.Contains(t, pages, "/long/shore/static/live.js")
	require.Contains(t, pages, "/long/shore/runs/1/containers/7")
	require.Greater(t, len(pages), 30)
}

// A prefix may be stripped by anybody, in any way.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	d := over(newShelf(), Options{})
	for _, strip := range []string{"/a", "/a/"} {
		w := get(t, http.StripPrefix(strip, d), "/a/runs/1")
		require.Equal(t, http.StatusOK, w.Code, strip)
	}
	w := get(t, http.StripPrefix("/a", d), "/a?x=1")
	require.Equal(t, http.StatusTemporaryRedirect, w.Code)
	require.Equal(t, "./a/", w.Header().Get("Location"))
}

// firstPages answers for most of the pages of lists, of which there are hundreds.
type firstPages struct{ http.RoundTripper }

func (f firstPages) RoundTrip(r *http.Request) (*http.Response, error) {
	if offset := r.URL.Query().Get("offset"); offset != "" && offset != "50" {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
	}
	return f.RoundTripper.RoundTrip(r)
}
