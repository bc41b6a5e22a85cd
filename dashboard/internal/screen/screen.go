package screen

import (
	"embed"
	"html/template"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"
)

// Screen is a page before it is HTML.
type Screen struct {
	Title string
	Path  string // from the root: "" or "runs/3/inputs"
	Trail []Link // the way from the root
	Parts []string
	Data  any // of the templates that the parts are
	Loops int // crash loops that the page is about
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
	Start   string // of the program, and when that was
	Since   time.Time
	Actions bool // there are some
	Live    bool // the page changes, and can be watched
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
const Deepest = 4

// sets is the templates for each depth, where the way to the root differs, for a page and for
// what is sent while it is open.
var sets = sync.OnceValue(func() (sets [2][Deepest + 1]*template.Template) {
	all := template.Must(template.New("").Funcs(functions).ParseFS(templates, "templates/*.html"))
	for live, words := range []func(moment) string{moment.page, moment.stream} {
		for depth := range Deepest + 1 {
			root := rootFrom(depth)
			sets[live][depth] = template.Must(all.Clone()).Funcs(template.FuncMap{"root": func() string { return root }, "rel": words})
		}
	}
	return sets
})

func rootFrom(depth int) string {
	if depth == 0 {
		return "./"
	}
	return strings.Repeat("../", depth)
}

func (s Screen) set(live int) *template.Template {
	if s.Path == "" {
		return sets()[live][0]
	}
	return sets()[live][strings.Count(s.Path, "/")]
}

// Stream makes the parts of the page as they are sent while it is open.
func (s Screen) Stream() ([]Part, error) { return s.render(s.set(1)) }

func (s Screen) render(set *template.Template) ([]Part, error) {
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

// JSON is where the same is as data, from the root.
func (s Screen) JSON() string {
	if !strings.HasPrefix(s.Path, "runs/") {
		return "api/v1/runs"
	}
	return "api/v1/" + s.Path
}

// Write writes the whole page.
func (s Screen) Write(w io.Writer, f Frame) error {
	set := s.set(0)
	parts, err := s.render(set)
	if err != nil {
		return err
	}
	return set.ExecuteTemplate(w, "page", struct {
		Frame
		Screen Screen
		Body   []Part
		Now    int64
	}{f, s, parts, time.Now().UnixMilli()})
}
