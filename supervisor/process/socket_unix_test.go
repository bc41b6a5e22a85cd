//go:build unix

package process

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// At every moment what has come is there to be read, or its reader says that it is at work on it, or it is told.
func TestUnread(t *testing.T) {
	t.Parallel()
	here, there, err := socketPair()
	require.NoError(t, err)
	defer there.Close()
	defer here.Close()

	var told atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buf := make([]byte, 8); ; {
			n, err := here.Read(buf)
			if err != nil {
				return
			}
			told.Add(int64(n))
		}
	}()
	const rounds = 20_000
	for sent := int64(1); sent <= rounds; sent++ {
		_, err := there.Write([]byte{1})
		require.NoError(t, err)
		for told.Load() < sent {
			if !here.unread() {
				require.Equal(t, sent, told.Load(), "nobody knows of it")
			}
			if sent%2 == 0 {
				runtime.Gosched() // so that the reader sleeps in some rounds, and does not in others
			}
		}
	}
	require.NoError(t, there.Close())
	<-done
	require.True(t, here.unread(), "that the other end is gone is something to hear")
}
