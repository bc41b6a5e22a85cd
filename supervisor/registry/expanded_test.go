package registry_test

import (
	"context"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// numbered crosses by a codec with a state: each message has its number, and comes after the one before.
type numbered struct{ Text string }

type numberedCodec struct{ out, in uint64 }

var errRefused = errors.New("refused")

func (c *numberedCodec) Encode(v any, dst []byte) ([]byte, error) {
	n := v.(numbered)
	if n.Text == "refuse" {
		return dst, errRefused
	}
	c.out++
	return append(binary.AppendUvarint(dst, c.out), n.Text...), nil
}

func (c *numberedCodec) Decode(src []byte, into any) error {
	*into.(*numbered) = numbered{}
	n, used := binary.Uvarint(src)
	if c.in++; n != c.in {
		return errors.New("out of step")
	}
	into.(*numbered).Text = string(src[used:])
	return nil
}

type expanded = supervisor.Expanded[numbered, string]

func walk(_ context.Context, n numbered, add func(...numbered)) (string, error) {
	add(n)
	return n.Text, nil
}

func count(_ context.Context, n int, add func(...int)) (string, error) {
	add(n)
	return "", nil
}

func init() {
	registry.RegisterCodec[numbered](func() registry.Codec { return &numberedCodec{} })
	registry.RegisterExpanding(walk, nil)
	registry.RegisterExpanding(count, nil)
}

func adds(texts ...string) (e expanded) {
	e.Value = strings.Join(texts, "+")
	for _, text := range texts {
		e.Added = append(e.Added, numbered{text})
		e.Identities = append(e.Identities, text)
	}
	return e
}

// TestExpandedCodec: the value and what was added cross by their own codecs, also after a message that never left.
func TestExpandedCodec(t *testing.T) {
	t.Parallel()
	here, there := registry.NewCodec(reflect.TypeFor[expanded]()), registry.NewCodec(reflect.TypeFor[expanded]())
	var got expanded
	for _, e := range []expanded{adds(), adds("a"), adds("a", "", "c"), {Value: "v", Added: []numbered{{"x"}}}} {
		for range 3 {
			msg, err := here.Encode(e, []byte("before"))
			require.NoError(t, err)
			require.NoError(t, there.Decode(msg[len("before"):], &got))
			require.Equal(t, e, got)
		}
		msg, err := here.Encode(adds("a", "refuse"), []byte("before"))
		require.ErrorIs(t, err, errRefused)
		require.Equal(t, "before", string(msg))
		large := expanded{Identities: []string{strings.Repeat("x", wire.MaxItem)}}
		_, err = here.Encode(large, nil)
		require.ErrorContains(t, err, "more than")
	}
	_, err := here.Encode("no expanded", nil)
	require.ErrorAs(t, err, new(*wire.CodecError))
	require.ErrorAs(t, there.Decode(nil, new(string)), new(*wire.CodecError))
}

// TestExpandedCodecCutShort: of a message that is not whole nothing is taken.
func TestExpandedCodecCutShort(t *testing.T) {
	t.Parallel()
	type plain = supervisor.Expanded[int, string] // of which no registered codec keeps a state
	whole := plain{Value: "value", Added: []int{1, 300}, Identities: []string{"one", "three hundred"}}
	here := registry.NewCodec(reflect.TypeFor[plain]())
	msg, err := here.Encode(whole, nil)
	require.NoError(t, err)
	for n := range msg {
		got := whole
		require.Error(t, here.Decode(msg[:n], &got), n)
		require.Zero(t, got)
	}
	var got plain
	require.Error(t, here.Decode(append(msg, 0), &got))
	require.NoError(t, here.Decode(msg, &got))
	require.Equal(t, whole, got)
	for i := range msg { // whatever is wrong with it: an error, or another value
		for _, b := range []byte{0, 1, 2, 0x7f, 0x80, 0xff} {
			bad := append([]byte(nil), msg...)
			bad[i] = b
			_ = here.Decode(bad, &got)
		}
	}
}
