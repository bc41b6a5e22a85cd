package wire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// FuzzFrame reads a stream of any bytes. What is read is what was written, byte for byte.
func FuzzFrame(f *testing.F) {
	var s tape
	c := wire.NewConn(&s)
	for i, payload := range []string{"", "abc", strings.Repeat("large", 14_000)} {
		require.NoError(f, c.WriteFrame(wire.Type(i+1), uint64(i), []byte(payload)))
	}
	f.Add(s.Bytes())
	f.Add(s.Bytes()[:30])
	f.Add([]byte("panic: runtime error: printed into the wrong file"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := reader(b)
		var again tape
		out := wire.NewConn(&again)
		for {
			frame, err := in.ReadFrame()
			if err != nil {
				_, protocol := errors.AsType[*wire.ProtocolError](err)
				require.True(t, protocol || err == io.EOF || err == io.ErrUnexpectedEOF, "%v", err)
				require.Equal(t, err == io.EOF, again.Len() == len(b), "the end of the stream is between two frames")
				break
			}
			require.NoError(t, out.WriteFrame(frame.Type, frame.Seq, frame.Payload))
		}
		require.True(t, bytes.HasPrefix(b, again.Bytes()))
	})
}

// FuzzBatch reads payloads of any bytes, batches and results. Their items lie within them.
func FuzzBatch(f *testing.F) {
	var b wire.BatchBuilder
	var r wire.ResultsBuilder
	for i := range 3 {
		require.NoError(f, b.Add(i, 1, wire.NewCodec(text), "abc"))
		require.NoError(f, r.AddValue(wire.NewCodec(text), "abc"))
		require.NoError(f, r.AddError(wire.Failed, io.EOF))
		require.NoError(f, r.AddMixed(wire.NewCodec(text), "abc", []error{nil, io.EOF}))
	}
	f.Add(b.Payload())
	f.Add(r.Payload())
	f.Fuzz(func(t *testing.T, payload []byte) {
		if r, err := wire.ParseBatch(payload); err == nil {
			n, size := r.Len(), 4
			for item, ok := r.Next(); ok; item, ok = r.Next() {
				n--
				size += len(item.Bytes) + 8 // at least
			}
			require.Zero(t, n)
			require.LessOrEqual(t, size, len(payload))
		} else {
			requireProtocol(t, "batch", err)
		}
		if r, err := wire.ParseResults(payload); err == nil {
			n, size := r.Len(), 4
			for item, ok := r.Next(); ok; item, ok = r.Next() {
				n--
				size += len(item.Bytes) + 5
				if errs, value, err := wire.ParseMixed(item.Bytes); err == nil {
					require.True(t, bytes.HasSuffix(item.Bytes, value))
					require.LessOrEqual(t, len(errs), len(item.Bytes))
				} else {
					require.ErrorAs(t, err, new(*wire.ProtocolError))
				}
			}
			require.Zero(t, n)
			require.Equal(t, len(payload), size)
		} else {
			requireProtocol(t, "results", err)
		}
	})
}

// FuzzError reads any bytes. An error that comes out of them can be asked anything, and crosses.
func FuzzError(f *testing.F) {
	for _, err := range []error{
		nil, io.EOF, syscall.EPERM, &coded{7, "x"}, &wrapper{"op", io.EOF},
		vain{},
		policy.RetryAfter(policy.Permanent(stranger{3}), 5),
		fmt.Errorf("a %w b %w", context.Canceled, errors.Join(errOwn, worded("w"))),
	} {
		f.Add(wire.AppendError(nil, err))
		f.Add(wire.CrashReport{Panic: err, Stack: "goroutine 1"}.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err, rest, wrong := wire.ParseError(b); wrong != nil {
			requireProtocol(t, "error", wrong)
		} else {
			require.True(t, bytes.HasSuffix(b, rest))
			requireAnswers(t, err)
		}
		if report, wrong := wire.ParseCrash(b); wrong != nil {
			requireProtocol(t, "crash report", wrong)
		} else if err, ok := report.Panic.(error); ok {
			requireAnswers(t, err)
		}
	})
}

func requireAnswers(t *testing.T, err error) {
	t.Helper()
	again, rest, wrong := wire.ParseError(wire.AppendError(nil, err))
	require.NoError(t, wrong)
	require.Empty(t, rest)
	require.Equal(t, err == nil, again == nil)
	require.NotErrorIs(t, err, io.ErrShortWrite) // walks the whole chain; no seed has it
	_ = policy.IsPermanent(err)
}

// FuzzCodec decodes any bytes, as two messages. The first byte says into what type.
func FuzzCodec(f *testing.F) {
	samples := []any{
		record{Name: "n", Tags: []string{"t"}, Counts: map[string]int{"c": 1}, Where: &point{1, 2}, Data: []byte("d"), Any: point{3, 4}, Kids: []record{{ID: 1}}},
		shapes{{1, 2}: {"a": {3, 4}}},
		list{1, &list{2, nil}},
		[]any{1, "a", withAny{"w", []any{point{1, 2}}}},
		map[string]any{"a": map[string]any{"b": 1.5}},
		upper("u"), 7, &point{1, 2},
		[][]int{{1}, {2, 3}},
		angry(3),
	}
	types := []reflect.Type{anyOf, text, blob}
	add := func(at int, v any) {
		c := wire.NewCodec(types[at])
		first, err := c.Encode(v, nil)
		require.NoError(f, err)
		second, err := c.Encode(v, nil)
		require.NoError(f, err)
		f.Add(byte(at), first, second)
	}
	for _, v := range samples {
		types = append(types, reflect.TypeOf(v))
		add(len(types)-1, v)
	}
	add(0, []any{1, "a", withAny{"w", []any{point{1, 2}}}})
	add(0, map[string]any{"a": map[string]any{"b": 1.5}})
	add(1, "abc")
	add(2, []byte("abc"))
	f.Fuzz(func(t *testing.T, which byte, first, second []byte) {
		typ := types[int(which)%len(types)]
		c := wire.NewCodec(typ)
		var before, after runtime.MemStats
		for _, b := range [][]byte{first, second} {
			p := reflect.New(typ)
			runtime.ReadMemStats(&before)
			err := c.Decode(b, p.Interface())
			runtime.ReadMemStats(&after)
			// The largest element, a record, may be a byte of the stream.
			require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20+4000*len(b)))
			if err != nil {
				require.IsType(t, &wire.CodecError{}, err)
				require.True(t, p.Elem().IsZero())
				continue
			}
			again, err := wire.NewCodec(typ).Encode(p.Elem().Interface(), nil)
			if err == nil {
				require.NoError(t, wire.NewCodec(typ).Decode(again, p.Interface()), "what was decoded can be encoded and decoded")
			}
		}
	})
}
