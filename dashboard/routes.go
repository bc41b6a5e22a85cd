package dashboard

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/longshore-go/longshore/dashboard/internal/screen"
	"github.com/longshore-go/longshore/mapper/metrics"
)

// routes leads to all that a dashboard has.
func (d *Dashboard) routes() http.Handler {
	mux := http.NewServeMux()
	for at, ask := range map[string]asked{
		"/{$}":                              d.overview,
		"/runs/{id}":                        d.run,
		"/runs/{id}/containers":             d.containers,
		"/runs/{id}/containers/{container}": d.container,
		"/runs/{id}/inputs":                 d.inputs,
		"/runs/{id}/inputs/{input}":         d.input,
	} {
		mux.HandleFunc("GET "+at, d.page(ask))
	}
	mux.HandleFunc("/runs/{id}/stop", d.action(d.stop))
	mux.HandleFunc("/runs/{id}/pause", d.action(d.pause))
	mux.HandleFunc("/runs/{id}/resume", d.action(d.resume))
	mux.HandleFunc("/runs/{id}/reset", d.action(d.reset))
	mux.HandleFunc("/runs/{id}/retry", d.action(d.retry))
	mux.HandleFunc("/runs/{id}/containers/{container}/drain", d.action(d.drain))
	mux.Handle("GET /static/", http.StripPrefix("/static/", cached(http.FileServerFS(screen.Static()))))
	if d.book != nil {
		api := newAPI(d.book)
		mux.Handle("/api/v1/", api)
		mux.Handle("/healthz", api)
		mux.Handle("/readyz", api)
	}
	mux.HandleFunc("/journals/{name}/{$}", d.journal)
	mux.HandleFunc("GET /metrics", d.scrape)
	mux.HandleFunc("/", d.elsewhere)
	return rooted(mux)
}

// rooted makes do with what is left of a path when a prefix was stripped: nothing, or no slash
// at the beginning.
func rooted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" {
			// Links are relative: the page has to be at a folder. What the folder is called is
			// only known from what was asked for.
			asked, _, _ := strings.Cut(r.RequestURI, "?")
			found(w, http.StatusTemporaryRedirect, "./"+path.Base(asked)+"/")
			return
		}
		if r.URL.Path[0] != '/' {
			r = r.Clone(r.Context())
			r.URL.Path = "/" + r.URL.Path
		}
		next.ServeHTTP(w, r)
	})
}

// scrape answers Prometheus.
func (d *Dashboard) scrape(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", metrics.ContentType)
	w.Header().Set("Cache-Control", "no-store")
	_ = d.metrics.WriteText(w)
}

// found leads to a relative place. http.Redirect would make it an absolute one, and a prefix
// that was stripped would be missing.
func found(w http.ResponseWriter, status int, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(status)
}

// cached has browsers ask again whether files have changed, which they do with the program.
func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") || r.URL.Path == "" {
			http.NotFound(w, r) // no lists of files
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// elsewhere is what is not there.
func (d *Dashboard) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD here", http.StatusMethodNotAllowed)
		return
	}
	d.missing(w, r)
}

// missing says that there is no such page, or not any more, and leads to what is nearest to it.
func (d *Dashboard) missing(w http.ResponseWriter, r *http.Request) {
	m := screen.Message{
		Title: "There is no such page",
		Text:  "What it was about may not be kept any more, or belong to an earlier start of the program: runs are numbered anew with each.",
	}
	if id, ok := runOf(r); ok {
		if run, known := d.src.Run(id); known {
			m.On = append(m.On, screen.Link{Href: "runs/" + strconv.FormatUint(id, 10), Text: screen.Called(run)})
		}
	}
	d.message(w, r, http.StatusNotFound, m)
}

func (d *Dashboard) message(w http.ResponseWriter, r *http.Request, status int, m screen.Message) {
	at := strings.TrimPrefix(r.URL.Path, "/")
	if strings.Count(at, "/") > screen.Deepest {
		http.Error(w, m.Title+". "+m.Text, status)
		return
	}
	d.write(w, r, status, m.Screen(at), screen.Frame{})
}
