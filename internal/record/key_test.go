package record

import (
	"errors"
	"math"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
)

// keysOf are those of a slice of inputs.
func keysOf[In any](t *testing.T, inputs ...In) []logbook.Key {
	k, err := NewKeyer(reflect.TypeFor[In](), nil)
	require.NoError(t, err)
	keys := make([]logbook.Key, len(inputs))
	n, err := k.Keys(inputs, keys)
	require.NoError(t, err)
	require.Equal(t, len(inputs), n)
	return keys
}

func different[In any](t *testing.T, inputs ...In) {
	seen := map[logbook.Key]In{}
	for i, k := range keysOf(t, inputs...) {
		require.NotContains(t, seen, k, "%v", inputs[i])
		seen[k] = inputs[i]
	}
	require.Equal(t, keysOf(t, inputs...), keysOf(t, inputs...), "the same in every life")
}

type path string

type point struct {
	Name string
	X, Y int
	Tags []string
	Of   map[string]float64
	Next *struct{ At time.Time }
}

func TestKeysTellApart(t *testing.T) {
	t.Parallel()
	different(t, "", "a", "A", "a\x00", "\xff", "\xfe", "\ufffd") // JSON takes the last three for one
	different(t, path(""), "a")
	different(t, []byte("a"), []byte("b"), []byte{})
	different(t, 0, 1, -1, math.MaxInt, math.MinInt)
	different(t, uint64(0), math.MaxUint64)
	different(t, 0.0, 1.5, math.NaN(), math.Inf(1))
	different(t, true, false)
	different(t, [2]string{"ab", "c"}, [2]string{"a", "bc"}, [2]string{"", "abc"})
	different(t, [][]string{{"a"}}, [][]string{{"a"}, {}}, [][]string{{}, {"a"}})
	different(t, netip.MustParseAddr("::1"), netip.MustParseAddr("127.0.0.1"))
	different(t, time.Unix(1, 0), time.Unix(1, 1))
	different(t,
		point{}, point{Name: "a"}, point{X: 1}, point{Y: 1}, point{Tags: []string{""}}, point{Tags: []string{"a"}},
		point{Of: map[string]float64{"a": 1}}, point{Of: map[string]float64{"a": 2}}, point{Of: map[string]float64{"b": 1}},
		point{Next: &struct{ At time.Time }{}}, point{Next: &struct{ At time.Time }{time.Unix(1, 0)}})
	one := map[string]int{}
	for _, k := range []string{"a", "b", "c", "d", "e"} {
		one[k] = len(one)
	}
	other := map[string]int{}
	for _, k := range []string{"e", "d", "c", "b", "a"} {
		other[k] = one[k]
	}
	require.Equal(t, keysOf(t, one), keysOf(t, other), "maps have no order")
}

type selfish struct{ Next *selfish }

func TestTypesWithoutKey(t *testing.T) {
	t.Parallel()
	for field, in := range map[string]any{
		"private": struct{ private int }{},
		"F":       struct{ F func() }{},
		"C": struct {
			A int
			C chan int
		}{},
		"I":            struct{ I any }{},
		"Deep.F":       struct{ Deep struct{ F func() } }{},
		"List.[]F":     struct{ List []struct{ F func() } }{},
		"Map.map[]mu":  struct{ Map map[string]struct{ mu int } }{},
		"Pointer.name": struct{ Pointer *struct{ name string } }{},
		"Next":         selfish{},
	} {
		_, err := NewKeyer(reflect.TypeOf(in), nil)
		var e *mapper.EncodingError
		require.ErrorAs(t, err, &e, field)
		require.Equal(t, field, e.Field)
		require.ErrorContains(t, err, "Key")
		_, err = NewKeyer(reflect.TypeOf(in), func(any) string { return "" })
		require.NoError(t, err)
	}
}

type moody struct{ Mood string }

func (m moody) MarshalText() ([]byte, error) {
	switch m.Mood {
	case "bad":
		return nil, errors.New("in no mood")
	case "worse":
		panic("in no mood at all")
	}
	return []byte(m.Mood), nil
}

// TestInputsWithoutKey has inputs whose methods fail, and a Key that does.
func TestInputsWithoutKey(t *testing.T) {
	t.Parallel()
	k, err := NewKeyer(reflect.TypeFor[moody](), nil)
	require.NoError(t, err)
	for _, bad := range []string{"bad", "worse"} {
		n, err := k.Keys([]moody{{"good"}, {bad}, {"good"}}, make([]logbook.Key, 3))
		require.Equal(t, 1, n)
		var unfit *logbook.Unfit
		require.ErrorAs(t, err, &unfit)
		require.ErrorContains(t, unfit.Err, "in no mood")
	}
	own, err := NewKeyer(reflect.TypeFor[string](), KeyOf(func(in int) string { return "of an int" }))
	require.NoError(t, err)
	_, err = own.Keys([]string{"a"}, make([]logbook.Key, 1))
	var e *mapper.EncodingError
	require.ErrorAs(t, err, &e)
	own, err = NewKeyer(reflect.TypeFor[string](), KeyOf(func(in string) string { return in[:1] }))
	require.NoError(t, err)
	keys := make([]logbook.Key, 3)
	_, err = own.Keys([]string{"ab", "ac", "bc"}, keys)
	require.NoError(t, err)
	require.Equal(t, keys[0], keys[1])
	require.NotEqual(t, keys[1], keys[2])
}
