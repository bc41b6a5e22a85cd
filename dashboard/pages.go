package dashboard

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/dashboard/internal/live"
	"github.com/longshore-go/longshore/dashboard/internal/screen"
)

// asked says what a request asks for.
type asked func(*http.Request) (view, bool)

// view is a page that somebody has asked for. It is made anew whenever it is looked at.
type view struct {
	run  uint64 // that it is about; 0 for all
	key  string // what tells it from others: path and filter
	make func() (screen.Screen, bool)
}

// page answers with the page, or with the stream that keeps it up to date.
func (d *Dashboard) page(ask asked) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept")
		v, ok := ask(r)
		if !ok {
			d.missing(w, r)
			return
		}
		s, ok := v.make()
		switch {
		case !ok:
			d.missing(w, r)
		case live.Wanted(r):
			d.hub.Serve(w, r, v.key, d.feed(v))
		default:
			said, bad := said(took(w, r))
			d.write(w, r, http.StatusOK, s, screen.Frame{Said: said, Trouble: bad, Live: true})
		}
	}
}

// write writes the whole page, or nothing of it.
func (d *Dashboard) write(w http.ResponseWriter, r *http.Request, status int, s screen.Screen, f screen.Frame) {
	f.Program, f.Actions, f.Start, f.Since = d.opts.Title, d.opts.AllowActions, d.hub.Start, d.since
	var b bytes.Buffer
	if err := s.Write(&b, f); err != nil {
		http.Error(w, "dashboard: "+err.Error(), http.StatusInternalServerError)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // an error means that nobody reads
	}
}

// feed is the page for those that follow it.
func (d *Dashboard) feed(v view) live.Feed {
	return live.Feed{
		Version: func() uint64 { return d.src.Version(v.run) },
		Render: func() (map[string]string, bool) {
			s, ok := v.make()
			if !ok {
				return nil, false
			}
			rendered, err := s.Stream()
			parts := make(map[string]string, len(rendered))
			for _, p := range rendered {
				parts[p.ID] = string(p.HTML)
			}
			return parts, err == nil
		},
	}
}

func (d *Dashboard) overview(r *http.Request) (view, bool) {
	f := runFilter(r.URL.Query())
	return view{key: keyOf("", f), make: func() (screen.Screen, bool) {
		looping := d.src.Overview(history.RunFilter{Status: history.CrashLooping, Limit: mostLimit})
		return screen.Overview{Overview: d.src.Overview(f), Filter: f, Looping: looping.Runs, Journals: slices.Sorted(maps.Keys(d.opts.Journals))}.Screen(), true
	}}, true
}

func (d *Dashboard) run(r *http.Request) (view, bool) {
	id, ok := runOf(r)
	return view{run: id, key: keyOf("run", id), make: func() (screen.Screen, bool) {
		run, ok := d.src.Run(id)
		if !ok {
			return screen.Screen{}, false
		}
		s := screen.Run{Run: run, Actions: d.opts.AllowActions}
		s.Containers, _ = d.src.Containers(id, history.ContainerFilter{Own: true, Limit: 20})
		s.Lanes.End = cmp.Or(run.Ended, time.Now().Truncate(lanesEvery))
		s.Lanes.All, _ = d.src.Lanes(id, s.Lanes.End)
		if above, ok := d.src.Run(run.Parent); ok {
			s.Above = above.Name
		}
		if run.Function {
			s.On = d.src.Overview(history.RunFilter{Parent: id, Limit: 20})
		}
		return s.Screen(), true
	}}, ok
}

func (d *Dashboard) containers(r *http.Request) (view, bool) {
	id, ok := runOf(r)
	f := containerFilter(r.URL.Query())
	return view{run: id, key: keyOf("containers", id, f), make: func() (screen.Screen, bool) {
		run, ok := d.src.Run(id)
		page, also := d.src.Containers(id, f)
		return screen.Containers{Run: run, Page: page, Filter: f}.Screen(), ok && also
	}}, ok
}

func (d *Dashboard) container(r *http.Request) (view, bool) {
	id, ok := runOf(r)
	container, err := strconv.Atoi(r.PathValue("container"))
	return view{run: id, key: keyOf("container", id, container), make: func() (screen.Screen, bool) {
		run, ok := d.src.Run(id)
		story, also := d.src.Container(id, container)
		return screen.Container{Run: run, Story: story, Actions: d.opts.AllowActions}.Screen(), ok && also
	}}, ok && err == nil && container >= 0
}

func (d *Dashboard) inputs(r *http.Request) (view, bool) {
	id, ok := runOf(r)
	f := inputFilter(r.URL.Query())
	return view{run: id, key: keyOf("inputs", id, f), make: func() (screen.Screen, bool) {
		run, ok := d.src.Run(id)
		page, also := d.src.Inputs(id, f)
		return screen.Inputs{Run: run, Page: page, Filter: f, Cause: causeOf(run, f.Cause)}.Screen(), ok && also
	}}, ok
}

func (d *Dashboard) input(r *http.Request) (view, bool) {
	id, ok := runOf(r)
	index, err := strconv.Atoi(r.PathValue("input"))
	return view{run: id, key: keyOf("input", id, index), make: func() (screen.Screen, bool) {
		run, ok := d.src.Run(id)
		story, also := d.src.Input(id, index)
		return screen.Input{Run: run, Story: story}.Screen(), ok && also
	}}, ok && err == nil && index >= 0
}

// lanesEvery is how often lanes go on: they are the largest part of the page of a busy function.
const lanesEvery = 3 * time.Second

// causeOf is the cause with a key, nil if it is not known.
func causeOf(run history.Run, key string) *history.Cause {
	for i := range run.Causes {
		if run.Causes[i].Key == key {
			return &run.Causes[i]
		}
	}
	return nil
}
