package wire_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// What somebody else writes into the middle of a large frame is found, and so is its lack.
func TestConnLargeDisturbed(t *testing.T) {
	t.Parallel()
	good := sent(t, wire.Batch, 3, bytes.Repeat([]byte("abc"), 50_000))
	_, err := reader(slices.Insert(bytes.Clone(good), 100_000, []byte("panic: not a frame")...)).ReadFrame()
	var bad *wire.ProtocolError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "checksum", bad.What)
	for _, missing := range []int{1, 4, 5, 100_000} {
		_, err = reader(good[:len(good)-missing]).ReadFrame()
		require.Equal(t, io.ErrUnexpectedEOF, err, "%d bytes missing", missing)
	}
}

// A large value of bytes is the caller's, though it was not copied.
func TestConnKeepsLargeValues(t *testing.T) {
	t.Parallel()
	var s tape
	c, codec := wire.NewConn(&s), wire.NewCodec(blob)
	large := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, wire.FullPayload+i) }
	var b wire.BatchBuilder
	for i := range 3 {
		require.NoError(t, b.Add(0, 1, codec, []byte("small")))
		require.NoError(t, b.Add(1, 1, codec, large(i)))
		require.Equal(t, wire.ErrFull, b.Add(2, 1, codec, []byte("small")))
		whole := bytes.Clone(b.Payload())
		head, tail := b.Parts()
		require.Len(t, tail, wire.FullPayload+i)
		require.NoError(t, c.WriteParts(wire.Batch, 1, head, tail))
		require.NoError(t, c.WriteFrame(wire.Batch, 1, whole))
		b.Reset()
	}
	var got [6][]byte
	for i := range got {
		frame, err := c.ReadFrame()
		require.NoError(t, err)
		items, err := wire.ParseBatch(frame.Payload)
		require.NoError(t, err)
		small, _ := items.Next()
		var v []byte
		require.NoError(t, c.Decode(codec, small.Bytes, &v))
		require.Equal(t, "small", string(v))
		item, _ := items.Next()
		require.NoError(t, c.Decode(codec, item.Bytes, &got[i]))
		require.Equal(t, len(got[i]), cap(got[i]))
	}
	for i, v := range got {
		require.True(t, bytes.Equal(large(i/2), v))
	}
}
