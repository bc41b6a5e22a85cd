package watch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestShow(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	err := (&Watch{Addr: "127.0.0.1:0"}).Show(ctx, "test", &out, func(ctx context.Context, o supervisor.Observer) error {
		_, err := mapper.Collect(ctx, func(_ context.Context, n int) (int, error) { return n, nil }, []int{1, 2}, mapper.Options{Name: "seen", Observer: o})
		require.NoError(t, err)
		_, url, found := strings.Cut(strings.TrimSpace(out.String()), "the page is on ")
		require.True(t, found)
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Get(url)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Contains(t, string(body), "seen")
		cancel() // the reader has seen it
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, out.String(), "it is over")
}

func TestNoWatch(t *testing.T) {
	failed := errors.New("failed")
	require.ErrorIs(t, (&Watch{}).Show(t.Context(), "test", io.Discard, func(_ context.Context, o supervisor.Observer) error {
		require.Nil(t, o)
		return failed
	}), failed)
	require.Error(t, (&Watch{Addr: "nowhere"}).Show(t.Context(), "test", io.Discard, nil))
	require.ErrorIs(t, (&Watch{Addr: "127.0.0.1:0"}).Show(t.Context(), "test", io.Discard, func(context.Context, supervisor.Observer) error { return failed }), failed)
}
