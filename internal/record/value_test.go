package record

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
)

// there writes values, and reads them back.
func there[Out any](t rapid.TB, values ...Out) []any {
	v := NewValuer(reflect.TypeFor[Out](), nil, 1_000_000_000, "1 GB")
	var stored []any
	for i := range values {
		s, err := v.Encode(values, i)
		require.NoError(t, err)
		stored = append(stored, s)
		back := make([]Out, 1)
		require.NoError(t, v.Decode(s, back, 0))
		if at, ok := any(values[i]).(time.Time); ok {
			require.True(t, at.Equal(any(back[0]).(time.Time)))
		} else {
			require.Equal(t, values[i], back[0])
		}
	}
	return stored
}

func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	require.Equal(t, []any{"", "a", "a\x00b", "\xff"}, there(t, "", "a", "a\x00b", "\xff"))
	require.Equal(t, []any{"a"}, there(t, path("a")))
	require.Equal(t, []any{[]byte("a"), []byte{}, nil}, there(t, []byte("a"), []byte{}, nil))
	require.Equal(t, []any{int64(0), int64(math.MinInt)}, there(t, 0, math.MinInt))
	require.Equal(t, []any{int64(-1)}, there(t, uint64(math.MaxUint64)))
	require.Equal(t, []any{int64(7)}, there(t, int8(7)))
	require.Equal(t, []any{int64(7)}, there(t, time.Duration(7)))
	require.Equal(t, []any{"1.5", "-0"}, there(t, 1.5, math.Copysign(0, -1)))
	require.Equal(t, []any{"true"}, there(t, true))
	require.Equal(t, []any{`{"Mood":"good"}`}, there(t, struct{ Mood string }{"good"}))
	require.Equal(t, []any{`["a","b"]`}, there(t, []string{"a", "b"}))
	require.Equal(t, []any{nil}, there(t, struct{}{}))
	there(t, time.Now())
	there(t, &struct{ A *int }{new(int)})
}

func TestAnyValueComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		there(t, rapid.String().Draw(t, "string"))
		there(t, rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		there(t, rapid.Int64().Draw(t, "int"))
		there(t, rapid.Uint64().Draw(t, "uint"))
		there(t, rapid.Float64().Draw(t, "float"))
		there(t, rapid.Map(rapid.SliceOf(rapid.String()), func(s []string) struct{ S []string } { return struct{ S []string }{s} }).Draw(t, "struct"))
	})
}

type marred struct {
	A int
	b int
}

type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, errors.New("no") }

type panicking struct{ A int }

func (panicking) MarshalJSON() ([]byte, error) { panic("no") }

// TestValuesThatDoNotComeBack are refused, and not stored as something else.
func TestValuesThatDoNotComeBack(t *testing.T) {
	t.Parallel()
	for name, values := range map[string]any{
		"unexported field": []marred{{1, 2}},
		"no UTF-8":         []struct{ S string }{{"\xff"}},
		"interface":        []any{1},
		"channel":          []chan int{nil},
		"NaN":              []float64{math.NaN()},
		"error":            []*failing{{}},
		"panic":            []panicking{{}},
	} {
		v := NewValuer(reflect.TypeOf(values).Elem(), nil, 1_000_000_000, "1 GB")
		_, err := v.Encode(values, 0)
		var e *mapper.EncodingError
		require.ErrorAs(t, err, &e, name)
		require.NotEmpty(t, e.Reason)
	}
	later := NewValuer(reflect.TypeFor[struct{ S string }](), nil, 1_000_000_000, "1 GB")
	values := []struct{ S string }{{"good"}, {"\xff"}, {"\ufffd"}, {`\ufffd`}}
	for i, good := range []bool{true, false, true, true} {
		_, err := later.Encode(values, i)
		require.Equal(t, good, err == nil, i)
	}
}

func TestLongValue(t *testing.T) {
	t.Parallel()
	v := NewValuer(reflect.TypeFor[string](), nil, 1_000_000_000, "1 GB")
	_, err := v.sized("", 1_000_000_001)
	require.ErrorContains(t, err, "1 GB")
}

type upper struct{}

func (upper) Name() string { return "upper" }

func (upper) Marshal(v any) ([]byte, error) { return []byte(strings.ToUpper(v.(string))), nil }

func (upper) Unmarshal(data []byte, v any) error {
	*v.(*string) = string(data)
	return nil
}

// TestCodec has one that keeps upper case alone.
func TestCodec(t *testing.T) {
	t.Parallel()
	v := NewValuer(reflect.TypeFor[string](), upper{}, 1_000_000_000, "1 GB")
	_, err := v.Encode([]string{"a"}, 0)
	require.ErrorContains(t, err, "does not come back")
	stored, err := v.Encode([]string{"A"}, 0)
	require.NoError(t, err)
	require.Equal(t, []byte("A"), stored)
	back := make([]string, 1)
	require.NoError(t, v.Decode(stored, back, 0))
	require.Equal(t, "A", back[0])
}
