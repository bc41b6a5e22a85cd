package browser

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// The first page leads to that of a journal, which is as its file is: while its run goes on, and when it has ended.
func TestJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "orders <b>.db")
	j, err := journal.Open(path, journal.Options{Version: "v2"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	reader, err := journal.Read(path)
	require.NoError(t, err)
	s := newStage(t, dashboard.Options{Journals: map[string]http.Handler{"last night's <b>": reader}})
	p, of := newTab(t), newTab(t)
	v := make(valve)
	over := make(chan error, 1)
	beside(t, func(ctx context.Context) {
		_, err := mapper.Collect(ctx, func(ctx context.Context, n int) (int, error) {
			if err := v.pass(ctx); err != nil || n%4 == 3 {
				return 0, errors.Join(err, errors.New("no <script> order"))
			}
			return n, nil
		}, numbers(12), mapper.Options{Name: "orders", Containers: 1, ReturnExceptions: true, Journal: j, Observer: s})
		over <- err
	})
	v.open(t, 6)
	of.open(s.url(s.run("orders")))
	of.await(`/[0-9]+ recorded/.test(eyes.text("#part-run")) || /Recorded\s+[1-9]/.test(eyes.text("#part-run"))`)
	p.open(s.url("/"))
	p.shows("main", "last night's <b>")
	p.click(`a[href*="journals/"]`)
	p.shows("h1", "orders <b>.db")
	for range 6 {
		v.open(t, 1)
	}
	require.Error(t, <-over)
	p.open(s.url("/journals/last%20night's%20%3Cb%3E/"))
	p.await(`/9 inputs succeeded, 3 failed/.test(eyes.text(".progress"))`)
	p.await(`/Damaged\s+0/.test(eyes.text(".facts"))`)
	p.await(`/3\s+no <script> order/.test(eyes.text("section[aria-labelledby=causes] tbody tr"))`)
	p.await(`/Version\s+v2/.test(eyes.text("section[aria-labelledby=manifest]"))`)
	require.Equal(t, "", ask[string](p, "eyes.foreign()"))
	for _, as := range ask[[]string](p, `[...document.querySelectorAll("a[download]")].map((a) => a.href)`) {
		require.Contains(t, got(t, as), " order")
	}
	p.accessible("a journal")
	p.picture("journal")
}
