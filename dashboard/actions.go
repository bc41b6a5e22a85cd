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

// Actions are forms: a POST, and back to the page, which says once what has come of it.

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
		leave(w, r, said)
		found(w, http.StatusSeeOther, "../"+url.PathEscape(back))
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

// pause has nothing begin any more, or again.
func (d *Dashboard) pause(v mapper.View, _ *http.Request) url.Values {
	v.Pause()
	return url.Values{"said": {"pause"}}
}

func (d *Dashboard) resume(v mapper.View, _ *http.Request) url.Values {
	if v.Resume(); v.Counts().Paused {
		return url.Values{"said": {"resume-function"}}
	}
	return url.Values{"said": {"resume"}}
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
