package live

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// applied is what a tab makes of a patch, as live.js does.
func applied(t require.TestingT, old string, news json.RawMessage) string {
	var whole string
	if json.Unmarshal(news, &whole) == nil {
		return whole
	}
	var pieces []json.RawMessage
	require.NoError(t, json.Unmarshal(news, &pieces))
	before := strings.Split(old, "\n")
	var lines []string
	for _, piece := range pieces {
		var text string
		if json.Unmarshal(piece, &text) == nil {
			lines = append(lines, strings.Split(text, "\n")...)
			continue
		}
		var kept [2]int
		require.NoError(t, json.Unmarshal(piece, &kept))
		lines = append(lines, before[kept[0]:kept[0]+kept[1]]...)
	}
	return strings.Join(lines, "\n")
}

func TestPatches(t *testing.T) {
	t.Parallel()
	part := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"", "<tr>", "</tr>", "<td>1</td>", "<td>2</td>", "a \"b\"", "[0,1]"}), 0, 30),
		func(lines []string) string { return strings.Join(lines, "\n") })
	rapid.Check(t, func(t *rapid.T) {
		old, fresh := part.Draw(t, "old"), part.Draw(t, "fresh")
		require.Equal(t, fresh, applied(t, old, patch(old, fresh)))
	})
}

func TestPatchesAreSmall(t *testing.T) {
	t.Parallel()
	rows := make([]string, 100)
	for i := range rows {
		rows[i] = strings.Repeat("row ", 50) + string(rune('0'+i%10)) + string(rune('0'+i/10))
	}
	old := strings.Join(rows, "\n")
	rows[50] = "changed"
	require.JSONEq(t, `[[0,50],"changed",[51,49]]`, string(patch(old, strings.Join(rows, "\n"))))
	require.JSONEq(t, `["new",[0,50],"changed",[51,48]]`, string(patch(old, strings.Join(append([]string{"new"}, rows[:99]...), "\n"))))
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Hub
		p, r := newPage(), &reader{}
		p.set("a", strings.Repeat("<p>the same again</p>\n", 1000))
		r.head = http.Header{}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		req.Header.Set("Accept-Encoding", "br, gzip;q=0.8")
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.Serve(r, req, "k", p.feed())
		}()
		time.Sleep(time.Second)
		h.Close()
		<-done
		require.Equal(t, []string{"gzip", "Accept-Encoding"}, []string{r.head.Get("Content-Encoding"), r.head.Get("Vary")})
		got := r.take()
		require.Less(t, len(got), 1000)
		z, err := gzip.NewReader(strings.NewReader(got))
		require.NoError(t, err)
		var text strings.Builder
		_, err = io.Copy(&text, z)
		require.NoError(t, err, "it is whole")
		require.True(t, strings.HasPrefix(text.String(), "id: 1\ndata: {"))
		require.Zero(t, h.zips)
	})
}

func TestZipped(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{"": false, "gzip": true, "deflate, gzip": true, "gzip;q=0": false, "gzip; q=0.000": false, "br": false, "x-gzip": false} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", accept)
		require.Equal(t, want, zipped(r), accept)
	}
}
