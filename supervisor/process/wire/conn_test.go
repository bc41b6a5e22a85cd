package wire_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// tape is a stream that is written first and read afterwards. It counts writes.
type tape struct {
	bytes.Buffer
	writes, closes int
	fail           error
}

func (t *tape) Write(p []byte) (int, error) {
	t.writes++
	if t.fail != nil {
		return 0, t.fail
	}
	return t.Buffer.Write(p)
}

func (t *tape) Close() error {
	t.closes++
	return io.ErrClosedPipe
}

// sent is the bytes of a frame.
func sent(t *testing.T, typ wire.Type, seq uint64, payload []byte) []byte {
	t.Helper()
	var s tape
	require.NoError(t, wire.NewConn(&s).WriteFrame(typ, seq, payload))
	return s.Bytes()
}

// reader reads what is in b.
func reader(b []byte) *wire.Conn {
	return wire.NewConn(&tape{Buffer: *bytes.NewBuffer(b)})
}

func TestConnRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s tape
		c := wire.NewConn(&s)
		var want []wire.Frame
		for range rapid.IntRange(0, 8).Draw(t, "frames") {
			size := rapid.OneOf(rapid.IntRange(0, 100), rapid.IntRange(0, 1<<20)).Draw(t, "size")
			f := wire.Frame{
				Type:    wire.Type(rapid.IntRange(int(wire.Hello), int(wire.Log)).Draw(t, "type")),
				Seq:     rapid.Uint64().Draw(t, "seq"),
				Payload: bytes.Repeat([]byte{byte(size), 7, byte(len(want))}, size/3),
			}
			want = append(want, f)
			require.NoError(t, c.WriteFrame(f.Type, f.Seq, f.Payload))
		}
		for _, f := range want {
			got, err := c.ReadFrame()
			require.NoError(t, err)
			require.Equal(t, f.Type, got.Type)
			require.Equal(t, f.Seq, got.Seq)
			require.True(t, bytes.Equal(f.Payload, got.Payload))
		}
		_, err := c.ReadFrame()
		require.Equal(t, io.EOF, err)
	})
}

func TestConnLargest(t *testing.T) {
	t.Parallel()
	var s tape
	c := wire.NewConn(&s)
	payload := make([]byte, wire.MaxPayload+1)
	var bad *wire.ProtocolError
	require.ErrorAs(t, c.WriteFrame(wire.Batch, 1, payload), &bad)
	require.Equal(t, "length", bad.What)
	require.ErrorAs(t, c.WriteFrame(0, 1, nil), &bad)
	require.Equal(t, "type", bad.What)
	require.Zero(t, s.writes, "a frame that is refused sends nothing")

	require.NoError(t, c.WriteFrame(wire.Batch, 1, payload[1:]))
	got, err := c.ReadFrame()
	require.NoError(t, err)
	require.Len(t, got.Payload, wire.MaxPayload)
}

func TestConnWrites(t *testing.T) {
	t.Parallel()
	for size, writes := range map[int]int{0: 1, 1000: 1, 64 << 10: 1, 64<<10 + 1: 3, 1 << 20: 3} {
		var s tape
		require.NoError(t, wire.NewConn(&s).WriteFrame(wire.Log, 0, make([]byte, size)))
		require.Equal(t, writes, s.writes, "%d bytes", size)
	}
}

func TestConnBadFrames(t *testing.T) {
	t.Parallel()
	good := sent(t, wire.Batch, 3, []byte("abc"))
	tests := []struct {
		at   int
		put  byte
		what string
	}{
		{0, 1, "version"},
		{1, 'x', "magic"},
		{3, 'x', "magic"},
		{4, 0, "type"},
		{4, byte(wire.Log) + 1, "type"},
		{5, 1, "flags"},
		{6, 1, "reserved field"},
		{7, 1, "reserved field"},
		{8, 2, "checksum"}, // a shorter payload
		{11, 5, "length"},
		{20, good[20] + 1, "checksum"},
		{24, 'b', "checksum"},
	}
	for _, tt := range tests {
		b := bytes.Clone(good)
		b[tt.at] = tt.put
		c := reader(b)
		_, err := c.ReadFrame()
		bad, ok := errors.AsType[*wire.ProtocolError](err)
		require.True(t, ok, "byte %d: %v", tt.at, err)
		require.Equal(t, tt.what, bad.What)
		require.ErrorContains(t, err, "wire: bad "+tt.what)
		_, again := c.ReadFrame()
		require.Same(t, err, again, "a stream that has lost its frames stays lost")
	}
}

func TestConnTruncated(t *testing.T) {
	t.Parallel()
	b := sent(t, wire.Batch, 3, []byte("abc"))
	for n := range b {
		want := io.ErrUnexpectedEOF
		if n == 0 {
			want = io.EOF
		}
		_, err := reader(b[:n]).ReadFrame()
		require.Equal(t, want, err, "%d bytes", n)
	}
}

// A header may claim a payload that never comes.
func TestConnBelievesNoLength(t *testing.T) {
	b := sent(t, wire.Batch, 1, nil)
	b[11] = 4 // 64 MB
	c := reader(b)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := c.ReadFrame()
	runtime.ReadMemStats(&after)
	require.Equal(t, io.ErrUnexpectedEOF, err)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(3<<20))
}

func TestConnWriteFails(t *testing.T) {
	t.Parallel()
	s := tape{fail: errors.New("no more")}
	c := wire.NewConn(&s)
	require.Same(t, s.fail, c.WriteFrame(wire.Log, 0, nil))
	first := s.fail
	s.fail = nil
	require.Same(t, first, c.WriteFrame(wire.Log, 0, nil), "nobody knows what the other end has got")
	require.Equal(t, 1, s.writes)
}

func TestConnClose(t *testing.T) {
	t.Parallel()
	var s tape
	c := wire.NewConn(&s)
	require.Equal(t, io.ErrClosedPipe, c.Close())
	require.Equal(t, io.ErrClosedPipe, c.Close())
	require.Equal(t, 1, s.closes)
}

func TestConnConcurrentWriters(t *testing.T) {
	t.Parallel()
	const writers, frames = 4, 50
	near, far := net.Pipe()
	out, in := wire.NewConn(near), wire.NewConn(far)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range frames {
				payload := bytes.Repeat([]byte{byte(w)}, 1+i*2000) // one write and two
				if out.WriteFrame(wire.Results, uint64(w*frames+i), payload) != nil {
					return // which the reader misses
				}
			}
		})
	}
	next := [writers]int{}
	for range writers * frames {
		f, err := in.ReadFrame()
		require.NoError(t, err)
		w, i := int(f.Seq)/frames, int(f.Seq)%frames
		require.Equal(t, next[w], i, "the frames of a writer stay in order")
		next[w]++
		require.Equal(t, bytes.Repeat([]byte{byte(w)}, 1+i*2000), f.Payload)
	}
	wg.Wait()
	require.NoError(t, out.Close())
	_, err := in.ReadFrame()
	require.Equal(t, io.EOF, err)
}

func TestConnAllocatesNothing(t *testing.T) {
	var s tape
	c := wire.NewConn(&s)
	payload := make([]byte, 1000)
	allocs := testing.AllocsPerRun(100, func() {
		_ = c.WriteFrame(wire.Batch, 1, payload)
		_, _ = c.ReadFrame()
	})
	require.Zero(t, allocs)
}
