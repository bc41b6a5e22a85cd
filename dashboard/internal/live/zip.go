package live

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// A stream is compressed as one: what it says again is said in a few bytes. That takes some 800 KB of memory a
// tab, so that there is a limit.

// mostZipped is how many tabs are sent compressed streams at once.
const mostZipped = 100

// zipped reports that a request takes a compressed answer.
func zipped(r *http.Request) bool {
	for word := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(word, ";")
		if strings.TrimSpace(coding) == "gzip" {
			weight = strings.ReplaceAll(weight, " ", "")
			return weight != "q=0" && !strings.HasPrefix(weight, "q=0.000")
		}
	}
	return false
}

// zip is a compressed stream over w, if the tab takes one and there is room for it; nil otherwise.
func (h *Hub) zip(w io.Writer, r *http.Request) *gzip.Writer {
	if !zipped(r) {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.zips >= mostZipped {
		return nil
	}
	h.zips++
	return gzip.NewWriter(w)
}

func (h *Hub) unzip() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.zips--
}
