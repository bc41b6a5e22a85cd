package logbook

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func keys(n int) []Key {
	all := make([]Key, n)
	for i := range all {
		all[i][0], all[i][1] = byte(i), byte(i>>8)
	}
	return all
}

// TestSlot says at each moment what executes.
func TestSlot(t *testing.T) {
	t.Parallel()
	require.LessOrEqual(t, unsafe.Sizeof(Slot{}), uintptr(SlotLength))
	k := keys(2 * slotKeys)
	var s Slot
	require.Empty(t, s.Executing())
	s.Take(k[:3], false)
	require.Empty(t, s.Executing(), "it is in hand, and not begun")
	s.Begin(1)
	require.Equal(t, k[1:2], s.Executing())
	require.False(t, s.Alone())
	s.Clear()
	require.Empty(t, s.Executing())
	s.Take(k[:1], true)
	s.Begin(0)
	require.True(t, s.Alone())
	s.Clear()
	require.False(t, s.Alone())
	s.Take(k[:2], false)
	s.Take(k[2:5], false)
	s.BeginAll()
	require.Equal(t, k[:5], s.Executing(), "a batch of two chunks")
	s.Clear()
	s.Take(k, false)
	s.Begin(slotKeys - 1)
	require.Equal(t, k[slotKeys-1:slotKeys], s.Executing())
	s.Begin(slotKeys)
	require.Empty(t, s.Executing(), "there is no room to name it")
	s.n.Store(1 << 40)
	s.at.Store(1 << 30)
	require.Empty(t, s.Executing(), "of another's file")
}

func BenchmarkMark(b *testing.B) {
	var s Slot
	s.Take(keys(1000), false)
	for i := 0; b.Loop(); i++ {
		s.Begin(i % 1000)
	}
}
