//go:build unix

package queues

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	if as := Become(); as != nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := as(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestSystems: each gives back every payload in its place, also to a second Map and to calls, and is empty when it is opened again.
func TestSystems(t *testing.T) {
	t.Parallel()
	h, err := NewHost()
	require.NoError(t, err)
	t.Cleanup(h.Close)
	for _, s := range Systems {
		t.Run(s.Name, func(t *testing.T) {
			if err := s.Missing(); err != nil {
				t.Skip(err)
			}
			for range 2 {
				play(t, h, s)
			}
		})
	}
}

func play(t *testing.T, h *Host, s System) {
	q, err := s.Open(t.Context(), h, 3, 4)
	require.NoError(t, err)
	defer q.Close()
	for _, n := range []int{inserts + page, page} {
		var payloads [][]byte
		for i := range n {
			payloads = append(payloads, fmt.Append(nil, "payload ", n, i))
		}
		got, err := q.Map(t.Context(), time.Microsecond, payloads)
		require.NoError(t, err)
		require.Equal(t, payloads, got)
	}
	for i := range 3 {
		got, err := q.Call(t.Context(), []byte{byte(i)})
		require.NoError(t, err)
		require.Equal(t, []byte{byte(i)}, got)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	_, err := find("no-such-server", "/usr/lib/*/bin")
	require.ErrorIs(t, err, ErrMissing)
	require.EqualError(t, err, "no-such-server is not installed")
}
