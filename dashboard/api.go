package dashboard

import (
	_ "embed" // openAPI
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// The JSON API, version 1: see API.md. It only answers questions. What changes something is a
// button on a page: an API that does would have to know who is asking.

// openAPI describes the API for programs. It is made of the handlers and of API.md, by a test.
//
//go:embed openapi.json
var openAPI json.RawMessage

const openAPIPath = "/api/v1/openapi.json"

// api answers the questions.
type api struct{ book *history.Book }

// apiPath is a path of the API: what it is for, and what it may be asked with.
type apiPath struct {
	Path       string   `json:"path"`
	What       string   `json:"what"`
	Parameters []string `json:"parameters"`

	answer func(*apiQuery) (any, *apiError)
}

// apiError is what is wrong with a request.
type apiError struct {
	Status int    `json:"status"`
	Text   string `json:"text"`
	Field  string `json:"field,omitempty"` // the parameter, or the part of the path
}

// newAPI returns the handler of /api/v1/, /healthz and /readyz. Unlike pages, which are for
// people, it refuses what it does not understand.
func newAPI(b *history.Book) http.Handler {
	a := &api{book: b}
	mux := http.NewServeMux()
	paths := a.paths()
	for _, p := range paths {
		mux.Handle(p.Path, p)
	}
	index := apiPath{Path: "/api/v1/{$}", answer: func(*apiQuery) (any, *apiError) {
		return map[string]any{"version": 1, "paths": paths}, nil
	}}
	mux.Handle(index.Path, index)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		apiSend(w, http.StatusNotFound, apiFailure{&apiError{http.StatusNotFound, "there is no such path: see /api/v1/", ""}})
	})
	return mux
}

// paths is what is there.
func (a *api) paths() []apiPath {
	return []apiPath{
		{"/api/v1/runs", "functions and runs", []string{"status", "q", "parent", "sort", "offset", "limit"}, a.runs},
		{"/api/v1/runs/{id}", "a run or a function", []string{}, a.run},
		{"/api/v1/runs/{id}/lanes", "what its containers did in the last minute", []string{}, a.lanes},
		{"/api/v1/runs/{id}/containers", "its containers", []string{"state", "ended", "offset", "limit"}, a.containers},
		{"/api/v1/runs/{id}/containers/{container}", "a container", []string{}, a.container},
		{"/api/v1/runs/{id}/inputs", "its inputs: those that execute or had trouble, and the latest that have succeeded", []string{"state", "cause", "q", "container", "offset", "limit"}, a.inputs},
		{"/api/v1/runs/{id}/inputs/{index}", "an input", []string{}, a.input},
		{openAPIPath, "all of this as OpenAPI 3 describes it", []string{}, a.described},
		{"/healthz", "whether the program serves", []string{}, a.health},
		{"/readyz", "whether its functions can take work", []string{"function"}, a.ready},
	}
}

// apiFailure is the body of an answer that is an error.
type apiFailure struct {
	Error *apiError `json:"error"`
}

// apiStatus is an answer with a status of its own.
type apiStatus interface{ status() int }

// ServeHTTP answers a question.
func (p apiPath) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		apiSend(w, http.StatusMethodNotAllowed, apiFailure{&apiError{http.StatusMethodNotAllowed, "only GET and HEAD are allowed", ""}})
		return
	}
	q := parseQuery(r, p.Parameters)
	var body any
	if q.err == nil {
		body, q.err = p.answer(q)
	}
	status := http.StatusOK
	switch s, ok := body.(apiStatus); {
	case q.err != nil:
		status, body = q.err.Status, apiFailure{q.err}
	case ok:
		status = s.status()
	}
	apiSend(w, status, body)
}

// apiSend writes an answer. What cannot be written is nobody's business any more.
func apiSend(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status = http.StatusInternalServerError
		text, _ = json.Marshal(apiFailure{&apiError{status, err.Error(), ""}})
	}
	text = append(text, '\n')
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func (a *api) described(*apiQuery) (any, *apiError) { return openAPI, nil }

func (a *api) runs(q *apiQuery) (any, *apiError) {
	f := history.RunFilter{
		Status: history.Status(q.word("status", runStatuses)), Text: q.text("q"), Parent: q.id("parent"),
		Sort: history.Order(q.word("sort", runOrders)), Offset: q.offset(), Limit: q.limit(),
	}
	if q.err != nil {
		return nil, q.err
	}
	return a.book.Overview(f), nil
}

func (a *api) run(q *apiQuery) (any, *apiError) {
	run, ok := a.book.Run(q.run())
	return q.found(run, ok, "id", "run")
}

func (a *api) lanes(q *apiQuery) (any, *apiError) {
	id := q.run()
	if q.err != nil {
		return nil, q.err
	}
	lanes, ok := a.book.Lanes(id, time.Now())
	return q.found(lanes, ok, "id", "run")
}

func (a *api) containers(q *apiQuery) (any, *apiError) {
	f := history.ContainerFilter{
		State: q.word("state", containerStates), Ended: q.yes("ended"), Offset: q.offset(), Limit: q.limit(),
	}
	id := q.run()
	if q.err != nil {
		return nil, q.err
	}
	page, ok := a.book.Containers(id, f)
	return q.found(page, ok, "id", "run")
}

func (a *api) container(q *apiQuery) (any, *apiError) {
	id, container := q.run(), q.part("container")
	if q.err != nil {
		return nil, q.err
	}
	story, ok := a.book.Container(id, container)
	return q.found(story, ok, "container", "container")
}

func (a *api) inputs(q *apiQuery) (any, *apiError) {
	f := history.InputFilter{
		State: q.word("state", inputStates), Cause: q.text("cause"), Text: q.text("q"), Container: q.number("container", -1),
		Offset: q.offset(), Limit: q.limit(),
	}
	id := q.run()
	if q.err != nil {
		return nil, q.err
	}
	page, ok := a.book.Inputs(id, f)
	return q.found(page, ok, "id", "run")
}

func (a *api) input(q *apiQuery) (any, *apiError) {
	id, index := q.run(), q.part("index")
	if q.err != nil {
		return nil, q.err
	}
	story, ok := a.book.Input(id, index)
	return q.found(story, ok, "index", "input")
}
