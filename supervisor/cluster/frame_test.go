package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// messagesOf is a frame as it travels.
func messagesOf(t testing.TB, f frame, most int) (all [][]byte) {
	require.NoError(t, f.messages(most, func(b []byte) error {
		all = append(all, slices.Clone(b)) // it lasts no longer
		return nil
	}))
	return all
}

func TestFrameInParts(t *testing.T) {
	t.Parallel()
	const most = frameHead + headMargin + 10
	f := frame{kind: results, chunk: 1 << 40, at: 7, payload: []byte("a payload of some more bytes than ten")}
	all := messagesOf(t, f, most)
	require.Len(t, all, 4)
	var a assembly
	assemble := func(messages ...[]byte) (whole frame, n int) {
		for _, m := range messages {
			part, ok := parseFrame(m)
			require.True(t, ok)
			if got, ok := a.add(part); ok {
				whole, n = got, n+1
			}
		}
		return whole, n
	}
	for range 2 {
		got, n := assemble(all...)
		require.Equal(t, 1, n)
		require.Equal(t, f.payload, got.payload)
		require.Equal(t, f.chunk, got.chunk)
		require.Equal(t, f.at, got.at)
	}
	for name, broken := range map[string][][]byte{
		"one is lost":      {all[0], all[2], all[3]},
		"the first":        all[1:],
		"one comes twice":  {all[0], all[1], all[1], all[2], all[3]},
		"one comes late":   {all[0], all[2], all[1], all[3]},
		"one is another's": {all[0], messagesOf(t, frame{kind: batch, payload: f.payload}, most)[1], all[2], all[3]},
	} {
		_, n := assemble(broken...)
		require.Zero(t, n, name)
		_, n = assemble(all...)
		require.Equal(t, 1, n, "after %s", name)
	}
	require.Len(t, messagesOf(t, frame{kind: bye}, most), 1)
	stopped := errors.New("stopped")
	require.ErrorIs(t, f.messages(most, func([]byte) error { return stopped }), stopped)
	f.payload = make([]byte, 10*mostParts)
	require.Len(t, messagesOf(t, f, most), mostParts)
	f.payload = append(f.payload, 0)
	require.ErrorIs(t, f.messages(most, func([]byte) error { return stopped }), errNarrow, "nobody would take the parts")
}

func FuzzParseFrame(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(bytes.Repeat([]byte{'R'}, frameHead))
	f.Add(messagesOf(f, frame{kind: batch, chunk: 1, payload: []byte("x")}, 1<<20)[0])
	f.Fuzz(func(t *testing.T, src []byte) {
		got, ok := parseFrame(src)
		if !ok {
			return
		}
		require.Less(t, got.part, got.parts)
		require.Len(t, got.payload, len(src)-frameHead)
		var a assembly
		whole, ok := a.add(got)
		require.LessOrEqual(t, len(a.buf), len(src))
		if ok {
			require.Equal(t, src, messagesOf(t, whole, 1<<30)[0])
		}
	})
}

func FuzzParseHello(f *testing.F) {
	f.Add(encode(hello{ID: newToken(), Version: "v", Host: "h", Slots: 3, Free: 1}))
	f.Add([]byte(`{"id":"..","slots":-1}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		if h, ok := parseHello(src); ok {
			require.True(t, isToken(h.ID))
			require.True(t, 0 <= h.Free && h.Free <= h.Slots && h.Slots <= mostSlots)
			again, ok := parseHello(encode(h))
			require.True(t, ok)
			require.Equal(t, encode(h), encode(again))
		}
	})
}

func FuzzParseWish(f *testing.F) {
	f.Add(encode(wish{Caller: newToken(), Version: "v", Wish: 3}))
	f.Add([]byte(`{"caller":"..","wish":-1}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		if w, ok := parseWish(src); ok {
			require.True(t, isToken(w.Caller) && 0 <= w.Wish && w.Wish <= mostSlots)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	f.Add(encode(request{Version: "v", Function: "main.f", Caller: newToken(), Lease: newToken()}))
	f.Add([]byte(`{"caller":"a.b","lease":"*"}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		if r, ok := parseRequest(src); ok {
			require.True(t, isToken(r.Caller) && isToken(r.Lease))
		}
	})
}

func FuzzParseCrash(f *testing.F) {
	f.Add(packCrash(&supervisor.CrashError{Input: 3, Panic: "boom", Stack: "here"}))
	f.Add(packCrash(&supervisor.CrashError{Input: -1, Err: supervisor.ErrFatalStart, Exit: 2, Kind: "exit"}))
	f.Add([]byte(`{"err":"AAAA"}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		if c, ok := parseCrash(src); ok {
			require.NotEmpty(t, c.Reason())
			require.True(t, json.Valid(packCrash(c)))
		}
	})
}

func FuzzParseRefusal(f *testing.F) {
	f.Add(encode(refusal{Fatal: "no"}))
	f.Add([]byte("["))
	f.Fuzz(func(_ *testing.T, src []byte) { parseRefusal(src) })
}
