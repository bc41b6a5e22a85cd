package wire_test

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Whatever fails is the failure of one value: those before and after it cross.
func TestCodecGoesOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		t         reflect.Type
		good, bad any
		want      string
	}{
		{anyOf, "a", func() {}, "encode"},
		{anyOf, point{1, 2}, hidden{1}, "encode"},
		{anyOf, point{1, 2}, (*point)(nil), "a *wire_test.point is in an interface, and not known to gob.Register"},
		{anyOf, point{1, 2}, unknown{1}, "a wire_test.unknown is in an interface, and not known to gob.Register"},
		{anyOf, withAny{"a", point{1, 2}}, withAny{"b", make(chan int)}, "encode"},
		{reflect.TypeFor[[]time.Time](), []time.Time{time.Unix(0, 0)}, []time.Time{odd()}, `the location "Here"`},
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

type unknown struct{ N int }

// odd is a time in a location that nobody else knows.
func odd() time.Time {
	here, err := time.LoadLocationFromTZData("Here", []byte("TZif"+strings.Repeat("\x00", 16+19)+"\x01\x00\x00\x00\x04"+"\xff\xff\xb9\xb0\x00\x00-05\x00"))
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 7, 1, 0, 0, 0, 0, here)
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
	for typ, why := range map[reflect.Type]string{
		reflect.TypeFor[func()]():                      "a func (func()) means nothing",
		reflect.TypeFor[chan int]():                    "a chan (chan int) means nothing",
		reflect.TypeFor[[]func()]():                    "a func",
		reflect.TypeFor[map[string]chan int]():         "a chan",
		reflect.TypeFor[map[chan int]int]():            "a chan",
		reflect.TypeFor[*[3]unsafe.Pointer]():          "a unsafe.Pointer",
		reflect.TypeFor[hidden]():                      "wire_test.hidden.x: it is not exported",
		reflect.TypeFor[*hidden]():                     "wire_test.hidden.x: it is not exported",
		reflect.TypeFor[struct{ F []hidden }]():        "F: wire_test.hidden.x: it is not exported",
		reflect.TypeFor[struct{ On func() }]():         ".On: a func",
		reflect.TypeFor[struct{ *inner }]():            ".inner: it is not exported",
		reflect.TypeFor[struct{ sync.Mutex }]():        ".Mutex: sync.Mutex.",
		reflect.TypeFor[struct{ N *atomic.Int64 }]():   ".N: atomic.Int64.v: it is not exported",
		reflect.TypeFor[struct{ File *os.File }]():     ".File: os.File.file: it is not exported",
		reflect.TypeFor[struct{ At *time.Location }](): ".At: time.Location.name: it is not exported",
	} {
		bad, ok := errors.AsType[*wire.CodecError](wire.CheckType(typ))
		require.True(t, ok, "%v", typ)
		require.Equal(t, typ.String(), bad.Type)
		require.ErrorContains(t, bad, why)
		_, err := wire.NewCodec(typ).Encode(reflect.Zero(typ).Interface(), nil)
		require.ErrorContains(t, err, why)
	}
}
