package main

import (
	"bytes"
	"html/template"
	"net/url"
	"os"
	"path/filepath"
)

// write writes the contact sheet and returns where it is. All links are relative, so
// the directory can be moved, zipped or served as it is.
func (r *report) write(dir, source string) (string, error) {
	var page bytes.Buffer
	if err := sheet.Execute(&page, map[string]any{"Report": r, "Source": source}); err != nil {
		return "", err
	}
	index := filepath.Join(dir, "index.html")
	return index, os.WriteFile(index, page.Bytes(), 0o644)
}

// Link is the thumbnail's file as a URL: a name may have a "#" or a "%" in it, which
// html/template takes for the URL's own.
func (t thumbnail) Link() string { return (&url.URL{Path: t.File}).String() }

var sheet = template.Must(template.New("sheet").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{len .Report.Thumbnails}} thumbnails</title>
<style>
  body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color-scheme: light dark }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 1.5em }
  figure { margin: 0; text-align: center; overflow-wrap: anywhere }
  img { max-width: 100% }
  small, td + td { opacity: .7 }
  td { padding-right: 2em; overflow-wrap: anywhere }
</style>
<h1>{{.Source}}</h1>
<main>
{{- range .Report.Thumbnails}}
  <figure><img src="{{.Link}}" alt="" loading="lazy">
    <figcaption>{{.Name}}<br><small>{{.Width}} × {{.Height}}</small></figcaption></figure>
{{- end}}
</main>
{{- with .Report.Failures}}
<h2>{{len .}} failed</h2>
<table>
{{- range .}}
  <tr><td>{{.Name}}<td>{{.Reason}}
{{- end}}
</table>
{{- end}}
</html>
`))
