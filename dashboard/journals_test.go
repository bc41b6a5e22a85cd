package dashboard

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestJournals: pages about journals are behind the same guard as all others, and the first page leads there.
func TestJournals(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "as "+r.URL.Query().Get("as")) })
	d := New(Options{Journals: map[string]http.Handler{"last night's <b>": page, "a": page}})
	defer d.Close()
	require.Contains(t, words(get(t, d, "/").Body.String()), "Journals a last night's <b>")
	require.Contains(t, get(t, d, "/").Body.String(), `href="./journals/last%20night%27s%20%3Cb%3E/"`)
	require.Equal(t, "as csv", get(t, d, "/journals/last%20night%27s%20%3Cb%3E/?as=csv").Body.String())
	for _, none := range []string{"/journals/b/", "/journals/a/b", "/journals/"} {
		require.Equal(t, http.StatusNotFound, get(t, d, none).Code, none)
	}
	require.NotContains(t, get(t, over(newShelf(), Options{}), "/").Body.String(), "journals/")
}
