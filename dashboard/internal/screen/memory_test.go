package screen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// TestMemoryOfContainer: its memory is shown against the limit that it meets first; of one that has ended, the most of it.
func TestMemoryOfContainer(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	c := Container{}
	require.Nil(t, c.MemoryBar(), "a goroutine has none")
	require.Empty(t, c.Charts())
	c.Story.Memory, c.Story.MemoryLimit = 300<<20, 512<<20
	require.Equal(t, "300 MiB of 512 MiB", c.MemoryBar().Label, "in its first second")
	c.Story.Use = &history.MemoryUse{Peak: 480 << 20, Series: []history.MemoryAt{{Time: at, Bytes: 480 << 20}}}
	require.Equal(t, bar{Label: "300 MiB"}, *c.MemoryBar(), "without a limit")
	require.Empty(t, c.Charts(), "a second is no line")
	c.Story.Use.Series = append(c.Story.Use.Series, history.MemoryAt{Time: at.Add(time.Second), Bytes: 300 << 20})
	require.Equal(t, "used 300 MiB", c.Charts()[0].Bands[1].Tip)
	c.Story.Use.Limit, c.Story.Use.Recycle = 512<<20, 400<<20
	require.Equal(t, "300 MiB of 400 MiB", c.MemoryBar().Label)
	require.Equal(t, "blue", c.MemoryBar().Segments[0].Tone)
	require.Equal(t, "used 300 MiB, replaced at 400 MiB, limit 512 MiB", c.Charts()[0].Bands[1].Tip)
	c.Story.Ended, c.Story.Memory, c.Story.Use.Recycle = at.Add(time.Minute), 0, 0
	require.Equal(t, "480 MiB of 512 MiB", c.MemoryBar().Label)
	require.Equal(t, "amber", c.MemoryBar().Segments[0].Tone)
	c.Story.Use.Peak = 512 << 20
	require.Equal(t, "red", c.MemoryBar().Segments[0].Tone)
	require.False(t, c.Charts()[0].Live)
}
