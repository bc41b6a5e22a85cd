package journal_test

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestReaderHoldsTheWAL has another process read in one transaction while the journal grows. As long as that goes on nothing
// of the WAL can be used again. Afterwards it is bounded, while the run still writes.
func TestReaderHoldsTheWAL(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	inputs := journals.Texts(24_000)
	write := func(from, to int) {
		value := strings.Repeat("v", 3000)
		fn := func(_ context.Context, in string) (string, error) { return in + value, nil }
		_, err := mapper.Collect(t.Context(), fn, inputs[from:to], mapper.Options{Journal: j})
		require.NoError(t, err)
	}
	size := func() int64 {
		info, err := os.Stat(path + "-wal")
		require.NoError(t, err)
		return info.Size()
	}
	write(0, 1000)
	reader := plan{Path: path, Reads: true}.command(t)
	end, err := reader.StdinPipe()
	require.NoError(t, err)
	out, err := reader.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, reader.Start())
	said := bufio.NewReader(out)
	sees := func() string {
		line, err := said.ReadString('\n')
		require.NoError(t, err)
		return line
	}
	require.Equal(t, "sees 1000\n", sees())

	write(0, 16_000) // the run goes on beside it
	held := size()
	require.Greater(t, held, int64(48<<20), "it holds all of that")
	require.NoError(t, end.Close())
	require.Equal(t, "sees 1000\n", sees(), "as long as it read")
	require.NoError(t, reader.Wait())

	write(0, 24_000)
	require.LessOrEqual(t, size(), int64(32<<20), "it was %d", held)
	require.NoError(t, j.Close())
	_, err = os.Stat(path + "-wal")
	require.ErrorIs(t, err, os.ErrNotExist)
	r, err := journal.Read(path)
	require.NoError(t, err)
	require.Equal(t, journal.Stats{Succeeded: len(inputs)}, r.Stats())
}
