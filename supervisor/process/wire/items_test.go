package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

var (
	text  = reflect.TypeFor[string]()
	blob  = reflect.TypeFor[[]byte]()
	anyOf = reflect.TypeFor[any]()
)

func TestBatchRoundTrip(t *testing.T) {
	t.Parallel()
	var b wire.BatchBuilder // one for all: Reset is tested with it
	rapid.Check(t, func(t *rapid.T) {
		b.Reset()
		var want []wire.BatchItem
		codec := wire.NewCodec(text)
		for range rapid.IntRange(0, 20).Draw(t, "items") {
			item := wire.BatchItem{
				Index: rapid.Int().Draw(t, "index"), Attempt: rapid.Int().Draw(t, "attempt"),
				Timeout: time.Duration(rapid.Int64().Draw(t, "timeout")),
				Bytes:   []byte(rapid.String().Draw(t, "input")),
			}
			if ns := rapid.Int64().Draw(t, "deadline"); ns != 0 {
				item.Deadline = time.Unix(0, ns)
			}
			want = append(want, item)
			b.Timeout, b.Deadline = item.Timeout, item.Deadline
			require.NoError(t, b.Add(item.Index, item.Attempt, codec, string(item.Bytes)))
		}
		require.Equal(t, len(want), b.Len())
		r, err := wire.ParseBatch(b.Payload())
		require.NoError(t, err)
		for i, w := range want {
			require.Equal(t, len(want)-i, r.Len())
			got, ok := r.Next()
			require.True(t, ok)
			require.Equal(t, w.Index, got.Index)
			require.Equal(t, w.Attempt, got.Attempt)
			require.Equal(t, w.Timeout, got.Timeout)
			require.True(t, w.Deadline.Equal(got.Deadline))
			require.True(t, bytes.Equal(w.Bytes, got.Bytes))
		}
		_, ok := r.Next()
		require.False(t, ok)
	})
}

// An input without an encoding leaves no trace among the others.
func TestBatchUncoded(t *testing.T) {
	t.Parallel()
	in, out := wire.NewCodec(anyOf), wire.NewCodec(anyOf)
	var b wire.BatchBuilder
	require.NoError(t, b.Add(0, 1, in, "a"))
	require.Error(t, b.Add(1, 1, in, func() {}))
	require.NoError(t, b.Add(2, 1, in, 7))
	r, err := wire.ParseBatch(b.Payload())
	require.NoError(t, err)
	for _, want := range []struct {
		index int
		value any
	}{{0, "a"}, {2, 7}} {
		item, ok := r.Next()
		require.True(t, ok)
		require.Equal(t, want.index, item.Index)
		var got any
		require.NoError(t, out.Decode(item.Bytes, &got))
		require.Equal(t, want.value, got)
	}
	require.Zero(t, r.Len())
}

// A value crosses beside errors of some of its elements, and the codec goes on behind it.
func TestMixed(t *testing.T) {
	t.Parallel()
	in, out := wire.NewCodec(anyOf), wire.NewCodec(anyOf)
	var b wire.ResultsBuilder
	require.NoError(t, b.AddMixed(in, []int{1, 0, 3}, []error{nil, io.EOF, nil}))
	require.NoError(t, b.AddMixed(in, func() {}, []error{io.EOF}))
	require.NoError(t, b.AddValue(in, []int{7}))
	r, err := wire.ParseResults(b.Payload())
	require.NoError(t, err)
	item, _ := r.Next()
	require.Equal(t, wire.Mixed, item.Outcome)
	errs, src, err := wire.ParseMixed(item.Bytes)
	require.NoError(t, err)
	require.Equal(t, []error{nil, io.EOF, nil}, errs)
	var got any
	require.NoError(t, out.Decode(src, &got))
	require.Equal(t, []int{1, 0, 3}, got)
	item, _ = r.Next()
	require.Equal(t, wire.Uncoded, item.Outcome, "a value without an encoding")
	item, _ = r.Next()
	require.NoError(t, out.Decode(item.Bytes, &got))
	require.Equal(t, []int{7}, got)
	for _, bad := range [][]byte{nil, {2}, {200, 200}, {1}, {2, 99}} {
		_, _, err := wire.ParseMixed(bad)
		require.ErrorAs(t, err, new(*wire.ProtocolError))
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	half := make([]byte, wire.FullPayload/2)
	codec := wire.NewCodec(blob)
	var b wire.BatchBuilder
	require.NoError(t, b.Add(0, 1, codec, half))
	require.False(t, b.Full())
	require.NoError(t, b.Add(1, 1, codec, half))
	require.True(t, b.Full())
	before := len(b.Payload())
	require.Equal(t, wire.ErrFull, b.Add(2, 1, codec, half))
	require.Len(t, b.Payload(), before)

	var r wire.ResultsBuilder
	require.NoError(t, r.AddValue(codec, half))
	require.NoError(t, r.AddValue(codec, half))
	require.Equal(t, wire.ErrFull, r.AddValue(codec, half))
	require.Equal(t, wire.ErrFull, r.AddError(wire.Failed, io.EOF))
	require.Equal(t, 2, r.Len())
	r.Reset()
	require.NoError(t, r.AddValue(codec, half))
}

// The largest item fits behind those that leave a payload not yet full, one more byte is
// refused.
func TestLargestItem(t *testing.T) {
	t.Parallel()
	codec := wire.NewCodec(text)
	largest := string(make([]byte, wire.MaxItem))
	var b wire.BatchBuilder
	require.NoError(t, b.Add(math.MinInt, math.MinInt, codec, largest[:wire.FullPayload-100]))
	require.False(t, b.Full())
	_, ok := errors.AsType[*wire.CodecError](b.Add(math.MinInt, math.MinInt, codec, largest+"x"))
	require.True(t, ok)
	require.NoError(t, b.Add(math.MinInt, math.MinInt, codec, largest))
	require.LessOrEqual(t, len(b.Payload()), wire.MaxPayload)
}

func TestResultsRoundTrip(t *testing.T) {
	t.Parallel()
	in, out := wire.NewCodec(anyOf), wire.NewCodec(anyOf)
	var b wire.ResultsBuilder
	require.NoError(t, b.AddValue(in, 1.5))
	require.NoError(t, b.AddError(wire.Failed, io.EOF))
	require.NoError(t, b.AddValue(in, make(chan int)))
	require.NoError(t, b.AddError(wire.Uncoded, errors.New("input")))
	require.NoError(t, b.AddValue(in, nil))

	r, err := wire.ParseResults(b.Payload())
	require.NoError(t, err)
	require.Equal(t, 5, r.Len())
	value := func() (v any) {
		item, ok := r.Next()
		require.True(t, ok)
		require.Equal(t, wire.Value, item.Outcome)
		require.NoError(t, out.Decode(item.Bytes, &v))
		return v
	}
	failure := func(outcome wire.Outcome) error {
		item, ok := r.Next()
		require.True(t, ok)
		require.Equal(t, outcome, item.Outcome)
		err, rest, wrong := wire.ParseError(item.Bytes)
		require.NoError(t, wrong)
		require.Empty(t, rest)
		return err
	}
	require.Equal(t, 1.5, value())
	require.Equal(t, io.EOF, failure(wire.Failed))
	require.ErrorContains(t, failure(wire.Uncoded), "cannot encode")
	require.EqualError(t, failure(wire.Uncoded), "input")
	require.Nil(t, value())
	_, ok := r.Next()
	require.False(t, ok)
}

func TestItemsRefused(t *testing.T) {
	t.Parallel()
	var b wire.BatchBuilder
	require.NoError(t, b.Add(1, 1, wire.NewCodec(text), "abc"))
	var r wire.ResultsBuilder
	require.NoError(t, r.AddValue(wire.NewCodec(text), "abc"))
	batch, results := b.Payload(), r.Payload()

	for n := range batch {
		_, err := wire.ParseBatch(batch[:n])
		requireProtocol(t, "batch", err)
	}
	for n := range results {
		_, err := wire.ParseResults(results[:n])
		requireProtocol(t, "results", err)
	}
	_, err := wire.ParseBatch(append(bytes.Clone(batch), 0))
	requireProtocol(t, "batch", err)
	_, err = wire.ParseResults(append(bytes.Clone(results), 0))
	requireProtocol(t, "results", err)
	unknown := bytes.Clone(results)
	unknown[4] = byte(wire.Uncoded) + 1
	_, err = wire.ParseResults(unknown)
	requireProtocol(t, "results", err)
	many := bytes.Clone(batch)
	binary.LittleEndian.PutUint32(many, math.MaxUint32)
	_, err = wire.ParseBatch(many)
	requireProtocol(t, "batch", err)
}

func requireProtocol(t *testing.T, what string, err error) {
	t.Helper()
	bad, ok := errors.AsType[*wire.ProtocolError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, what, bad.What)
}

func TestItemsAllocateNothing(t *testing.T) {
	var b wire.BatchBuilder
	var r wire.ResultsBuilder
	codec := wire.NewCodec(blob)
	var input any = make([]byte, 100)
	n := 0
	allocs := testing.AllocsPerRun(100, func() {
		b.Reset()
		r.Reset()
		for i := range 16 {
			_ = b.Add(i, 1, codec, input)
			_ = r.AddValue(codec, input)
		}
		batch, _ := wire.ParseBatch(b.Payload())
		for item, ok := batch.Next(); ok; item, ok = batch.Next() {
			n += len(item.Bytes)
		}
		results, _ := wire.ParseResults(r.Payload())
		for item, ok := results.Next(); ok; item, ok = results.Next() {
			n += len(item.Bytes)
		}
	})
	require.Zero(t, allocs)
	require.Equal(t, 101*2*16*101, n)
}
