package dashboard

import (
	"cmp"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/dashboard/internal/live"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
)

// Options says what a dashboard shows and allows. The zero value works.
type Options struct {
	// Title is at the top of each page. Zero means longshore.
	Title string

	// Describe says in a few words what an input is. It is called on goroutines of its own; what it
	// says is cut after 200 characters. One that panics, leaves its goroutine or takes longer than two
	// minutes is shown as that. Nil means that inputs are shown by their index only.
	Describe func(input any) string

	// Journals are pages about journals of runs, also of runs that were another program's, by the names under which they are shown:
	// a *recorded.Reader is one. They are served at journals/NAME/. Zero means none.
	Journals map[string]http.Handler

	// Keep is how many runs and functions are kept after their end. Zero means 100.
	Keep int

	// AllowActions adds buttons that change what is shown: whoever can see the pages can stop
	// runs. False means that they are refused.
	AllowActions bool

	// TrustedOrigins are origins that may ask for actions besides the dashboard's own, such as
	// https://ops.example: where a proxy changes the Host. Zero means none.
	TrustedOrigins []string

	// AllowRemote lets ListenAndServe and Serve use an address that is not a loopback one.
	// False means that they refuse it.
	AllowRemote bool

	// Hosts are names under which the dashboard is reached, besides localhost and addresses, also
	// where it is mounted in another server. Zero means none.
	Hosts []string
}

// Dashboard is a page about runs and functions, and the [mapper.Watcher] to give to those
// that it is to show, as mapper.Options.Observer. Its methods are safe for concurrent use.
type Dashboard struct {
	opts    Options
	book    *history.Book
	src     source // the book
	metrics metrics.Registry
	hub     live.Hub
	since   time.Time          // the start of the program
	stops   singleflight.Group // of runs and functions, by what is done to which
	all     http.Handler
}

var (
	_ mapper.Watcher       = (*Dashboard)(nil)
	_ supervisor.Selective = (*Dashboard)(nil)
	_ http.Handler         = (*Dashboard)(nil)
)

// New makes a dashboard. It panics with a *policy.InvalidError if an origin is none. Whoever
// makes it may Close it; one that shows nothing that lives has no goroutines.
func New(opts Options) *Dashboard {
	opts.Title = cmp.Or(opts.Title, "longshore")
	d := &Dashboard{opts: opts, book: history.New(history.Options{Describe: opts.Describe, Keep: opts.Keep})}
	d.src = d.book
	d.hub.Start, d.since = d.book.Start()
	d.all = d.guarded(d.routes())
	return d
}

// ServeHTTP answers requests for pages, for the JSON API below api/v1/, for metrics (as
// Prometheus scrapes them, see mapper/metrics), healthz and readyz.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.all.ServeHTTP(w, r) }

// Watch is for the run or function that the dashboard is the Observer of.
func (d *Dashboard) Watch(v mapper.View) {
	d.metrics.Watch(v)
	d.book.Watch(v)
}

// Observe is for the run or function that the dashboard is the Observer of.
func (d *Dashboard) Observe(e supervisor.Event) {
	d.metrics.Observe(e)
	d.book.Observe(e)
}

// Wants is for the run or function that the dashboard is the Observer of.
func (d *Dashboard) Wants(k supervisor.Kind) bool { return d.metrics.Wants(k) || d.book.Wants(k) }

// Close ends the pages that are followed, and looks at nothing any more. It returns when
// that is done. What is known is still shown.
func (d *Dashboard) Close() {
	d.hub.Close()
	d.book.Close()
}
