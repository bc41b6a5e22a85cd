package wire_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Whatever fails is the failure of one value: those before and after it cross.
func TestCodecGoesOn(t *testing.T) {
	t.Parallel()
	loop := &list{N: 1}
	loop.Next = loop
	self := map[string]any{}
	self["self"] = self
	tests := []struct {
		t         reflect.Type
		good, bad any
		want      string
	}{
		{anyOf, "a", func() {}, "encode"},
		{anyOf, point{1, 2}, hidden{1}, "encode"},
		{anyOf, point{1, 2}, (*point)(nil), "a nil pointer"},
		{anyOf, point{1, 2}, self, "contains itself"},
		{anyOf, withAny{"a", point{1, 2}}, withAny{"b", make(chan int)}, "encode"},
		{reflect.TypeFor[*list](), &list{1, nil}, loop, "contains itself"},
		{reflect.TypeFor[**point](), new(new(point{1, 2})), new((*point)(nil)), "a nil pointer"},
		{reflect.TypeFor[[]*point](), []*point{{1, 2}}, []*point{nil}, "nil"},
		{reflect.TypeFor[angry](), angry(0), angry(1), "encode: wire: cannot encode wire_test.angry: panic: angry to go"},
		{reflect.TypeFor[angry](), angry(0), angry(2), "decode: wire: cannot decode wire_test.angry: panic: angry to come"},
		{text, "a", 7, "the value is of type int"},
		{text, "a", path("b"), "the value is of type wire_test.path"},
		{blob, []byte("a"), nil, "the value is of type <nil>"},
		{reflect.TypeFor[point](), point{1, 2}, &point{1, 2}, "the value is of type *wire_test.point"},
		{reflect.TypeFor[struct{}](), struct{}{}, 1, "the value is of type int"},
		{reflect.TypeFor[error](), nil, 1, "the value is of type int"},
	}
	for _, tt := range tests {
		p := newPair(tt.t)
		for _, v := range []any{tt.bad, tt.good, tt.bad, tt.bad, tt.good} {
			got, err := p.cross(v)
			if reflect.ValueOf(v).Kind() == reflect.Func || !reflect.DeepEqual(v, tt.good) {
				require.ErrorContains(t, err, tt.want, "%v", tt.t)
				require.IsType(t, &wire.CodecError{}, errors.Unwrap(err))
				continue
			}
			require.NoError(t, err, "%v", tt.t)
			require.Equal(t, tt.good, got)
		}
	}
}

func TestCodecFailsWithoutTrace(t *testing.T) {
	t.Parallel()
	c := wire.NewCodec(anyOf)
	dst := make([]byte, 2, 4096)
	copy(dst, "ab")
	out, err := c.Encode(withAny{"n", func() {}}, dst)
	require.Error(t, err)
	require.Equal(t, "ab", string(out))

	n := 7
	require.Error(t, wire.NewCodec(reflect.TypeFor[int]()).Decode([]byte{1, 2, 3}, &n))
	require.Zero(t, n)
}

func TestCodecTooLarge(t *testing.T) {
	t.Parallel()
	p := newPair(reflect.TypeFor[withAny]())
	_, err := p.cross(withAny{Name: string(make([]byte, wire.MaxItem))})
	require.ErrorContains(t, err, "it takes")
	_, err = p.cross(withAny{Name: "a"})
	require.NoError(t, err, "the next message defines the type again")
}

func TestDecodeRefusesTargets(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{text, blob, anyOf, reflect.TypeFor[point](), reflect.TypeFor[struct{}]()} {
		for _, into := range []any{nil, 1, new(uint8), (*string)(nil), (*[]byte)(nil), (*point)(nil)} {
			require.ErrorContains(t, wire.NewCodec(typ).Decode([]byte{0}, into), "the target is a")
		}
	}
}

func TestDecodeKeepsNothing(t *testing.T) {
	t.Parallel()
	c := wire.NewCodec(blob)
	msg, err := c.Encode([]byte("abc"), nil)
	require.NoError(t, err)
	var first, second []byte
	require.NoError(t, c.Decode(msg, &first))
	msg[1] = 'x'
	require.NoError(t, c.Decode(msg, &second))
	require.Equal(t, "abc xbc", string(first)+" "+string(second))
}

func TestCheckType(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{
		text, blob, anyOf, reflect.TypeFor[struct{}](), reflect.TypeFor[***record](), reflect.TypeFor[upper](),
		reflect.TypeFor[time.Time](), reflect.TypeFor[error](), reflect.TypeFor[list](), reflect.TypeFor[map[string]*point](),
	} {
		require.NoError(t, wire.CheckType(typ), "%v", typ)
	}
	type endless *endless
	for _, typ := range []reflect.Type{
		reflect.TypeFor[func()](), reflect.TypeFor[chan int](), reflect.TypeFor[[]func()](), reflect.TypeFor[map[string]chan int](),
		reflect.TypeFor[hidden](), reflect.TypeFor[*hidden](), reflect.TypeFor[struct{ F []hidden }](), reflect.TypeFor[endless](),
	} {
		bad, ok := errors.AsType[*wire.CodecError](wire.CheckType(typ))
		require.True(t, ok, "%v", typ)
		require.Equal(t, typ.String(), bad.Type)
	}
}
