package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/longshore-go/longshore/dashboard/internal/screen"
	"github.com/longshore-go/longshore/mapper"
)

// Actions are forms: a POST, and back to the page with what has come of it in the URL, as one
// of a few words, so that nobody can make a link that says something else.

// act does something to what lives, and says what has come of it.
type act func(v mapper.View, r *http.Request) url.Values

// action guards an act.
func (d *Dashboard) action(do act) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, ok := runOf(r)
		switch {
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "an action is a POST", http.StatusMethodNotAllowed)
			return
		case !d.opts.AllowActions:
			d.message(w, r, http.StatusForbidden, screen.Message{
				Title: "Actions are not enabled",
				Text:  "The program has to make its dashboard with Options.AllowActions.",
			})
			return
		case !ok:
			d.missing(w, r)
			return
		}
		if _, known := d.src.Run(id); !known {
			d.missing(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		if err := r.ParseForm(); err != nil { // half a form may say something else
			http.Error(w, "the form cannot be read to its end", http.StatusBadRequest)
			return
		}
		said := url.Values{"said": {"over"}}
		if v, lives := d.src.View(id); lives {
			said = do(v, r)
		}
		// From runs/1/stop to runs/1, from runs/1/containers/2/drain to runs/1/containers/2.
		back := r.PathValue("id")
		if c := r.PathValue("container"); c != "" {
			back = c
		}
		found(w, http.StatusSeeOther, "../"+url.PathEscape(back)+"?"+said.Encode())
	}
}

// stop drains a function, or ends it at once. It does not wait: a function may drain for as
// long as its containers crash-loop, and ends by itself. Until then, asking again for the same starts
// nothing more.
func (d *Dashboard) stop(v mapper.View, r *http.Request) url.Values {
	ctx, how := context.Background(), "drain"
	if r.PostForm.Get("how") != "drain" || !v.About().Function {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		ctx, how = ended, "now"
	}
	d.stops.DoChan(fmt.Sprint(how, v.About().ID), func() (any, error) {
		return nil, v.Stop(ctx) // why it ended is on its page
	})
	return url.Values{"said": {"stop-" + how}}
}

func (d *Dashboard) reset(v mapper.View, _ *http.Request) url.Values {
	v.Reset()
	return url.Values{"said": {"reset"}}
}

func (d *Dashboard) drain(v mapper.View, r *http.Request) url.Values {
	container, err := strconv.Atoi(r.PathValue("container"))
	if err != nil || !v.Drain(container) {
		return url.Values{"said": {"drain-none"}}
	}
	return url.Values{"said": {"drain"}}
}

// retry calls a function again with inputs that have failed.
func (d *Dashboard) retry(v mapper.View, r *http.Request) url.Values {
	if !v.About().Function {
		return url.Values{"said": {"retry-run"}}
	}
	id, cause := v.About().ID, r.PostForm.Get("cause")
	of := len(d.src.Failed(id, cause))
	n, err := d.src.Retry(id, cause, func(input any) error { return v.Spawn(context.WithoutCancel(r.Context()), input) })
	if err == nil {
		of = n // others may have failed, or been retried, in between
	}
	return url.Values{"said": {"retry"}, "n": {strconv.Itoa(n)}, "of": {strconv.Itoa(of)}}
}

// said is what a page says about the action that led to it.
func said(q url.Values) (text string, bad bool) {
	switch q.Get("said") {
	case "stop-drain":
		return "It finishes what it has accepted and refuses what comes. Then it ends.", false
	case "stop-now":
		return "It has been told to stop.", false
	case "reset":
		return "The crashes so far are forgotten. What waits for a start tries at once.", false
	case "drain":
		return "The container begins nothing more and ends; its lineage starts another.", false
	case "drain-none":
		return "That container does not live any more.", true
	case "retry-run":
		return "A run cannot take back inputs that it has settled: start another run over them.", true
	case "over":
		return "It has ended: there is nothing to act on.", true
	case "retry":
		return saidRetry(q)
	}
	return "", false
}

func saidRetry(q url.Values) (text string, bad bool) {
	n, err := strconv.Atoi(q.Get("n"))
	of, also := strconv.Atoi(q.Get("of"))
	switch {
	case err != nil || also != nil || n > of:
		return "", false
	case of == 0:
		return "No failed calls with that cause are kept.", true
	case n < of:
		return fmt.Sprintf("%d of %d are called again; the function takes no more for now.", n, of), true
	}
	return fmt.Sprintf("%d are called again. Nobody is told of the values.", n), false
}
