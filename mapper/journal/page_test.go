package journal_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// ask asks a server that shows a journal.
func ask(t *testing.T, path, query string) (text string, head http.Header) {
	r, err := journal.Read(path)
	require.NoError(t, err)
	server := httptest.NewServer(r)
	defer server.Close()
	defer server.Client().CloseIdleConnections()
	answer, err := server.Client().Get(server.URL + "/" + query)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, string(body))
	return string(body), answer.Header
}

// TestPage shows a journal over HTTP, while a run writes it and afterwards.
func TestPage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{Version: "v2"})
	b := journals.Book{Fails: func(in string) error {
		if strings.HasSuffix(in, "7") {
			return errors.New("no luck <b>" + in + "</b>")
		}
		return nil
	}}
	inputs := journals.Texts(100)
	_, err := mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Name: "resize", Journal: j, ReturnExceptions: true})
	require.Error(t, err)
	for _, live := range []bool{true, false} {
		if !live {
			require.NoError(t, j.Close())
		}
		text, head := ask(t, path, "?as=json")
		require.Equal(t, "application/json", head.Get("Content-Type"))
		var report journal.Report
		require.NoError(t, json.Unmarshal([]byte(text), &report))
		require.Equal(t, journal.Stats{Succeeded: 90, Failed: 10}, report.Stats)
		require.Equal(t, "v2", report.Manifest["Version"])
		require.Equal(t, "resize", report.Manifest["Name"])
		require.Len(t, report.Causes, 1)
		require.Equal(t, 10, report.Causes[0].Count)
		require.Len(t, report.Causes[0].Inputs, 10)
		require.Equal(t, entries(t, path)[7].Key, report.Causes[0].Inputs[0].Key)

		page, head := ask(t, path, "")
		require.Contains(t, head.Get("Content-Security-Policy"), "default-src 'none'")
		require.Contains(t, head.Get("Content-Security-Policy"), "img-src 'self'", "it has an icon")
		require.Contains(t, page, "<strong>90 inputs</strong> succeeded")
		require.Contains(t, page, "10 failed")
		require.Contains(t, page, "<span>7</span><span>17</span><span>27</span><span>37</span><span>47</span><span>…</span>")
		require.Contains(t, page, "input 97, 1 attempt, key "+entries(t, path)[97].Key)
		require.Contains(t, page, "no luck &lt;b&gt;")
		require.NotContains(t, page, "luck <b>")
		require.Contains(t, page, report.Causes[0].Inputs[0].Key)

		text, head = ask(t, path, "?as=csv")
		require.Equal(t, "attachment; filename=journal.csv", head.Get("Content-Disposition"))
		lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, lines, 101)
		text, _ = ask(t, path, "?as=jsonl")
		require.Equal(t, 100, strings.Count(text, "\n"))
	}
}

// TestPageOfMany: numbers read as on the rest of the dashboard, of one as of thousands, and where nothing has failed.
func TestPageOfMany(t *testing.T) {
	t.Parallel()
	page, _ := ask(t, made(t, journal.Options{}, journals.Texts(1234)...), "")
	require.Contains(t, page, "<strong>1,234 inputs</strong> succeeded</p>")
	require.Contains(t, page, "None so far.")
	page, _ = ask(t, made(t, journal.Options{}, "one"), "")
	require.Contains(t, page, "<strong>1 input</strong> succeeded</p>")
}

// TestPageOfDeaths says who is convicted of the deaths of the process.
func TestPageOfDeaths(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 20, Containers: 1, Killer: 7, Path: filepath.Join(t.TempDir(), "j")}
	require.False(t, p.live(t, 0).ended)
	open(t, p.Path, journal.Options{}).Close() // the next owner notices the death
	page, _ := ask(t, p.Path, "")
	require.Contains(t, page, "suspected</strong>: it executes alone")
	for lives := 1; !p.live(t, 0).ended; lives++ {
		require.Less(t, lives, 5)
	}
	page, _ = ask(t, p.Path, "")
	require.Contains(t, page, `<dt>Deaths of the process</dt><dd class="t-amber">4</dd>`)
	require.Contains(t, page, "convicted</strong>: it is not executed any more")
	require.NotContains(t, page, "suspected")
}

// TestPageRefuses is what is no question, and what cannot be answered.
func TestPageRefuses(t *testing.T) {
	t.Parallel()
	path := made(t, journal.Options{}, journals.Texts(50)...)
	r, err := journal.Read(path)
	require.NoError(t, err)
	status := func(method, query string) int {
		answer := httptest.NewRecorder()
		r.ServeHTTP(answer, httptest.NewRequest(method, "/"+query, nil))
		return answer.Code
	}
	require.Equal(t, http.StatusMethodNotAllowed, status(http.MethodPost, ""))
	require.Equal(t, http.StatusBadRequest, status(http.MethodGet, "?as=pdf"))
	change(t, path, "UPDATE results SET value = 'wrong' WHERE idx = 7")
	report, err := r.Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, journal.Stats{Succeeded: 49, Damaged: 1}, report.Stats)
	require.Equal(t, http.StatusOK, status(http.MethodGet, "?as=csv"), "what can be read")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	change(t, path, "UPDATE manifest SET value = 'wrong' WHERE name = 'Version'")
	_, err = r.Report(ctx)
	var corrupt *journal.CorruptError
	require.ErrorAs(t, err, &corrupt)
	require.Equal(t, http.StatusInternalServerError, status(http.MethodGet, ""))
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { status(http.MethodGet, "?as=csv") }, "nobody takes it for the whole")
}
