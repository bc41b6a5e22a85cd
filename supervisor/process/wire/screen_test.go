package wire_test

import (
	"bytes"
	"encoding/gob"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// What no encoder writes is refused, whatever it says that there is.
func TestDecodeHostile(t *testing.T) {
	t.Parallel()
	huge := "\xff\xff\xff\xff\xff\xff\xff\xff\x0f" // 2⁶³-1
	tests := []struct {
		name, message string
		t             reflect.Type
		want          string
	}{
		{"a map of 2^63", "\x01" + huge, reflect.TypeFor[map[point]point](), "a count beyond the end"},
		{"a list of 1,000", "\xe9\x07\x0a", reflect.TypeFor[[]int](), "a count beyond the end"},
		{"a map of nothing, 2^63 times", "\x01" + huge, reflect.TypeFor[map[struct{}]struct{}](), "a count beyond the end"},
		{"more nothing than there can be", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", reflect.TypeFor[[]struct{}](), "a count beyond all"},
		{"five large arrays", "\x06abcde", reflect.TypeFor[[][1 << 30]byte](), "a count beyond the end"},
		{"a large array behind a pointer", "\x01abcde", reflect.TypeFor[*[1 << 30]byte](), "a count beyond the end"},
		{"bytes of 2^63", "\x02" + huge, reflect.TypeFor[[][]byte](), "a length beyond the end"},
		{"a string of 100", "\x02\x64abc", reflect.TypeFor[[]string](), "a length beyond the end"},
		{"no end of a struct", "\x0a", reflect.TypeFor[point](), "it ends too early"},
		{"more than a struct", "\x0a\x0a\x0a", reflect.TypeFor[point](), "bytes behind the value"},
		{"too large a number", "\x02\x80\x02", reflect.TypeFor[[]int8](), "128 is no int8"},
		{"too large a natural number", "\x80\x02", reflect.TypeFor[[1]uint8](), "is no uint8"},
		{"half a truth", "\x02", reflect.TypeFor[[1]bool](), "a truth that is neither"},
		{"a pointer to later", "\x02", reflect.TypeFor[*point](), "what it refers to was not there"},
		{"a pointer to something else", "\x01\x01\x00\x00\x02", reflect.TypeFor[*struct {
			At *point
			N  *int
		}](), "what it refers to was not there"},
		{"a type that was not named", "\x7f", anyOf, "a type that was not named"},
		{"a name that is none", "\x01\x03abc", anyOf, "not what gob writes"},
		{"a type that does not fit", "\x02\x01", reflect.TypeFor[interface{ M() }](), "bool is no interface"},
		{"a key that cannot be one", "\x01\x01\x04\x01\x00", reflect.TypeFor[map[any]int](), "unhashable"},
		{"a second of 2^63 ns", "\x00" + huge + "\x00", reflect.TypeFor[[1]time.Time](), "nanoseconds of a second"},
		{"a location of no kind", "\x00\x00\x07", reflect.TypeFor[[1]time.Time](), "a location of no kind"},
		{"an error that is none", "\x01\x77", reflect.TypeFor[[1]error](), "an error that is none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			into := reflect.New(tt.t)
			err := wire.NewCodec(tt.t).Decode([]byte(tt.message), into.Interface())
			require.ErrorContains(t, err, tt.want)
			require.True(t, into.Elem().IsZero())
		})
	}
}

// The names of types are gob's, and what gob itself answers with a hang, or with as much memory as there is, does not get there.
func TestHostileName(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var content any = map[string]any{}
	require.NoError(t, gob.NewEncoder(&out).Encode(&content))
	name := out.String()
	require.Equal(t, byte(0), name[len(name)-1], "no elements")
	hostile := name[:len(name)-1] + "\xf8\x10\x00\x00\x00\x00\x00\x00\x00"
	var into any
	err := wire.NewCodec(anyOf).Decode(append([]byte{1, byte(len(hostile))}, hostile...), &into)
	require.ErrorContains(t, err, "not what gob writes")
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

	deep := bytes.Repeat([]byte{0, 1}, 1<<20) // which nobody encodes
	var l list
	require.ErrorContains(t, wire.NewCodec(reflect.TypeFor[list]()).Decode(deep, &l), "nested too deep")
}
