package wire_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// The first of them gob itself answers with a hang, or with as much memory as there is.
func TestDecodeHostile(t *testing.T) {
	t.Parallel()
	pairs := reflect.TypeFor[map[point]point]()
	tests := []struct {
		name  string
		t     reflect.Type
		value any
		old   string // in the message of value, to be replaced
		put   string
		want  string
	}{
		{
			"a map of 2^60", pairs,
			map[point]point{{5, 5}: {6, 6}},
			"\x00\x01\x01\x0a\x01\x0a\x00\x01\x0c\x01\x0c\x00", "\x00\xf8\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00", "a count beyond the end",
		},
		{
			"a list of 1,000", reflect.TypeFor[[]int](),
			[]int{5, 6, 7},
			"\x00\x03\x0a\x0c\x0e", "\x00\xfe\x03\xe8\x0a", "a count beyond the end",
		},
		{"a string of 100", reflect.TypeFor[[]string](), []string{"abc"}, "\x03abc", "\x64abc", "a length beyond the end"},
		{"no end of a struct", reflect.TypeFor[point](), point{5, 6}, "\x01\x0a\x01\x0c\x00", "\x01\x0a\x01\xff\x00", "it ends too early"},
		{"a third field", reflect.TypeFor[point](), point{5, 6}, "\x01\x0a\x01\x0c\x00", "\x01\x0a\x02\x0c\x00", "a field that the type has not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := wire.NewCodec(tt.t).Encode(tt.value, nil)
			require.NoError(t, err)
			into := reflect.New(tt.t)
			require.NoError(t, wire.NewCodec(tt.t).Decode(b, into.Interface()))
			require.Equal(t, tt.value, into.Elem().Interface())

			require.Equal(t, 1, bytes.Count(b, []byte(tt.old)), "%x", b)
			b = bytes.Replace(b, []byte(tt.old), []byte(tt.put), 1)
			err = wire.NewCodec(tt.t).Decode(b, into.Interface())
			require.ErrorContains(t, err, "not what gob writes: "+tt.want)
			require.True(t, into.Elem().IsZero())
		})
	}
}

// A list is as deep as it is long: what cannot be sent cannot be received either.
func TestDepth(t *testing.T) {
	t.Parallel()
	long := func(n int) list {
		var l list
		for range n - 1 {
			l = list{1, &list{1, l.Next}}
		}
		return l
	}
	p := newPair(reflect.TypeFor[list]())
	_, err := p.cross(long(10_000))
	require.ErrorContains(t, err, "encode: wire: cannot encode wire_test.list: it is nested too deep")
	got, err := p.cross(long(4000))
	require.NoError(t, err)
	require.Equal(t, long(4000), got)

	// Field 1 (Next) of field 1 of …, which nobody encodes.
	deep := append(bytes.Repeat([]byte{2}, 1<<20), make([]byte, 1<<20)...)
	b, err := wire.NewCodec(reflect.TypeFor[list]()).Encode(list{}, nil)
	require.NoError(t, err)
	id := b[len(b)-3 : len(b)-1] // of the type; a length is before it, the end of the struct behind
	message := append(bytes.Clone(id), deep...)
	b = append(b[:len(b)-4], 0xfd, byte(len(message)>>16), byte(len(message)>>8), byte(len(message)))
	var l list
	require.ErrorContains(t, wire.NewCodec(reflect.TypeFor[list]()).Decode(append(b, message...), &l), "nested too deep")
}
