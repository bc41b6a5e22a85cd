//go:build unix

package process

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What has come before its time was up is read after it, and what a grandchild goes on writing is not for ever. It runs
// alone: a child that another test starts holds the pipe's other end open until it has become its program.
func TestLateReader(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	_, err = w.WriteString("the last word")
	require.NoError(t, err)
	require.NoError(t, r.SetReadDeadline(time.Unix(1, 0)))
	late := &lateReader{File: r}
	buf := make([]byte, 100)
	n, err := late.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "the last word", string(buf[:n]))
	_, err = late.Read(buf)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "the other end is open and has said nothing")

	for late.late < lateSize {
		_, err = w.Write(buf)
		require.NoError(t, err)
		_, err = late.Read(buf)
		require.NoError(t, err)
	}
	_, err = w.Write(buf)
	require.NoError(t, err)
	_, err = late.Read(buf)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "that was enough")
	late.late = 0
	require.NoError(t, w.Close())
	rest, err := io.ReadAll(late)
	require.NoError(t, err)
	require.Len(t, rest, len(buf))
}
