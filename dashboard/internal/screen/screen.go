package screen

import (
	"embed"
	"html/template"
	"io"
	"io/fs"
	"strings"
	"time"
)

// Screen is a page before it is HTML.
type Screen struct {
	Title string
	Path  string // from the root: "" or "runs/3/inputs"
	Trail []Link // the way from the root
	Parts []string
	Data  any // of the templates that the parts are
}

// Link is a link.
type Link struct{ Href, Text string }

// Part is a part of a page as HTML.
type Part struct {
	ID   string
	HTML template.HTML
}

// Frame is what is around the parts of a page.
type Frame struct {
	Program string // the name of it all
	Said    string // what has come of an action, empty for none
	Trouble bool   // Said is bad news
	Actions bool   // there are some
	Live    bool   // the page changes, and can be watched
}

var (
	//go:embed templates/*.html
	templates embed.FS
	//go:embed static
	static embed.FS
)

// Static is the files that pages need: a style sheet, a script and an icon.
func Static() fs.FS {
	sub, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // never: it is embedded
	}
	return sub
}

// Deepest is how many folders below the root a page is at most.
const Deepest = 3

// sets is the templates for each depth: what differs is the way to the root.
var sets = func() (sets [Deepest + 1]*template.Template) {
	all := template.Must(template.New("").Funcs(functions).ParseFS(templates, "templates/*.html"))
	for depth := range sets {
		root := rootFrom(depth)
		sets[depth] = template.Must(all.Clone()).Funcs(template.FuncMap{"root": func() string { return root }})
	}
	return sets
}()

func rootFrom(depth int) string {
	if depth == 0 {
		return "./"
	}
	return strings.Repeat("../", depth)
}

func (s Screen) set() *template.Template {
	if s.Path == "" {
		return sets[0]
	}
	return sets[strings.Count(s.Path, "/")]
}

// Render makes the parts of the page.
func (s Screen) Render() ([]Part, error) {
	set := s.set()
	parts := make([]Part, len(s.Parts))
	for i, id := range s.Parts {
		var b strings.Builder
		if err := set.ExecuteTemplate(&b, id, s.Data); err != nil {
			return nil, err
		}
		// The template has escaped what it was given.
		parts[i] = Part{ID: "part-" + id, HTML: template.HTML(b.String())}
	}
	return parts, nil
}

// Write writes the whole page.
func (s Screen) Write(w io.Writer, f Frame) error {
	parts, err := s.Render()
	if err != nil {
		return err
	}
	return s.set().ExecuteTemplate(w, "page", struct {
		Frame
		Screen Screen
		Body   []Part
		Now    int64
	}{f, s, parts, time.Now().UnixMilli()})
}
