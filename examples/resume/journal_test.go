package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestJournalOnADashboard: the page of a program shows what it restores, and the journal beside it.
func TestJournalOnADashboard(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "batch.db")
	inputs := []int{1, 2, 3}
	life := func(observer *dashboard.Dashboard) {
		j, err := journal.Open(path, journal.Options{})
		require.NoError(t, err)
		opts := mapper.Options{Name: "checksums", Journal: j}
		if observer != nil {
			opts.Observer = observer
		}
		_, err = mapper.Collect(t.Context(), func(_ context.Context, in int) (string, error) { return checksum(in), nil }, inputs, opts)
		require.NoError(t, err)
		require.NoError(t, j.Close())
	}
	life(nil)
	r, err := journal.Read(path)
	require.NoError(t, err)
	d := dashboard.New(dashboard.Options{Journals: map[string]http.Handler{"batch": r}})
	defer d.Close()
	inputs = append(inputs, 4)
	life(d)
	server := httptest.NewServer(d)
	defer server.Close()
	defer server.Client().CloseIdleConnections()
	get := func(at string) string {
		answer, err := server.Client().Get(server.URL + at)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		return string(text)
	}
	overview := get("/api/v1/runs")
	require.Contains(t, overview, `"restored":3,"recorded":1,"unrecorded":0`)
	require.Contains(t, overview, "batch.db: 3 of 4 inputs are restored")
	require.Contains(t, get("/"), `href="./journals/batch/"`)
	page := get("/journals/batch/")
	require.Contains(t, page, "<strong>4 inputs</strong> succeeded")
	require.Contains(t, page, "../../static/page.css")
	require.Contains(t, get("/journals/batch/?as=jsonl"), checksum(4))
}

// TestShow: the page about a journal that nobody writes any more.
func TestShow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "last night.db")
	require.ErrorIs(t, serve(t.Context(), path, "127.0.0.1:0", io.Discard), fs.ErrNotExist)
	j, err := journal.Open(path, journal.Options{})
	require.NoError(t, err)
	_, err = mapper.Collect(t.Context(), func(_ context.Context, in int) (string, error) { return checksum(in), nil }, []int{1, 2}, mapper.Options{Journal: j})
	require.NoError(t, err)
	require.NoError(t, j.Close())

	ctx, stop := context.WithCancel(t.Context())
	said, says := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, path, "127.0.0.1:0", says) }()
	var page string
	_, err = fmt.Fscanf(said, "the page is on %s\n", &page)
	require.NoError(t, err)
	answer, err := http.Get(page)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	require.Contains(t, string(text), "<strong>2 inputs</strong> succeeded")
	http.DefaultClient.CloseIdleConnections()
	stop()
	require.NoError(t, <-ended)
}
