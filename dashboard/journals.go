package dashboard

import "net/http"

// Pages about journals come from package mapper/journal, which this one does not need: it may be a run that
// was another program's.

// journal answers with the page about one.
func (d *Dashboard) journal(w http.ResponseWriter, r *http.Request) {
	page := d.opts.Journals[r.PathValue("name")]
	if page == nil {
		d.elsewhere(w, r)
		return
	}
	page.ServeHTTP(w, r)
}
