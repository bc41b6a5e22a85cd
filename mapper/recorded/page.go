package recorded

import (
	"bytes"
	_ "embed" // pageText
	"encoding/json"
	"html/template"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
)

//go:embed page.html
var pageText string

var pageOf = template.Must(template.New("journal").Funcs(template.FuncMap{
	"n": amount.Number[int], "plural": amount.Of, "base": filepath.Base,
}).Parse(pageText))

// shown is a report and when it was made: the page does not go on by itself.
type shown struct {
	Report
	Now time.Time
}

// ServeHTTP answers with a page about the journal as it is: manifest, counts, failures by cause, deaths of the process, who is
// suspected of them and who convicted. With ?as=csv or ?as=jsonl it answers with all entries, see [Reader.Export], and with
// ?as=json with the [Report]. It reads all of the journal for each, and asks nobody who they are: serve it at a loopback address,
// or on a dashboard, see dashboard.Options.Journals.
func (r *Reader) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "no-store")
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD here", http.StatusMethodNotAllowed)
		return
	}
	switch as := req.URL.Query().Get("as"); as {
	case "csv":
		r.download(w, "text/csv; charset=utf-8", "journal.csv", CSV)
	case "jsonl":
		r.download(w, "application/jsonl", "journal.jsonl", JSONLines)
	case "json", "":
		r.answer(w, req, as == "json")
	default:
		http.Error(w, "as must be csv, jsonl or json", http.StatusBadRequest)
	}
}

// answer writes the whole report, or nothing of it.
func (r *Reader) answer(w http.ResponseWriter, req *http.Request, asJSON bool) {
	report, err := r.Report(req.Context())
	var body bytes.Buffer
	kind := "text/html; charset=utf-8"
	switch {
	case err != nil:
	case asJSON:
		kind = "application/json"
		err = json.NewEncoder(&body).Encode(report)
	default:
		err = pageOf.Execute(&body, shown{report, time.Now()})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	_, _ = w.Write(body.Bytes()) // an error means that nobody reads
}

// download writes the entries as they are read. One that cannot be is left out, and counted in the report; what ends the
// reading cuts the answer off, so that nobody takes it for the whole.
func (r *Reader) download(w http.ResponseWriter, kind, name string, f Format) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", "attachment; filename="+name)
	if _, err := r.export(w, f); err != nil {
		panic(http.ErrAbortHandler)
	}
}
