package wire_test

import (
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

type (
	path    string
	raw     []byte
	upper   string // encodes itself
	angry   int    // panics when it is encoded, or decoded, or neither
	grades  map[string][]point
	shapes  map[point]map[string]*point
	point   struct{ X, Y int }
	hidden  struct{ x int }
	withAny struct {
		Name  string
		Value any
	}
	list struct {
		N    int
		Next *list
	}
	record struct {
		ID     int64
		Name   string
		Tags   []string
		Counts map[string]int
		Where  *point
		Grid   [2][3]point
		Ratio  float64
		Wave   complex128
		Data   []byte
		At     time.Time
		On     bool
		Any    any
		Kids   []record
	}
)

func (u upper) GobEncode() ([]byte, error) { return []byte(strings.ToUpper(string(u))), nil }

func (u *upper) GobDecode(b []byte) error {
	*u = upper(b)
	return nil
}

func (a angry) GobEncode() ([]byte, error) {
	if a == 1 {
		panic("angry to go")
	}
	return []byte{byte(a)}, nil
}

func (a *angry) GobDecode(b []byte) error {
	*a = angry(b[0])
	if *a == 2 {
		panic(errors.New("angry to come"))
	}
	return nil
}

func init() {
	gob.Register(point{})
	gob.Register(withAny{})
	gob.Register(map[string]any{})
	gob.Register([]any{})
}

// pair is a codec and its other end.
type pair struct {
	t       reflect.Type
	in, out wire.Codec
}

func newPair(t reflect.Type) pair { return pair{t, wire.NewCodec(t), wire.NewCodec(t)} }

// cross returns v as it arrives.
func (p pair) cross(v any) (any, error) {
	b, err := p.in.Encode(v, []byte("kept"))
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	into := reflect.New(p.t)
	if err := p.out.Decode(b[len("kept"):], into.Interface()); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return into.Elem().Interface(), nil
}

func requireCross[T any](t require.TestingT, values ...T) {
	p := newPair(reflect.TypeFor[T]())
	for range 2 { // types are told once
		for _, v := range values {
			got, err := p.cross(v)
			require.NoError(t, err)
			if any(v) == nil {
				require.Nil(t, got)
			} else {
				require.Equal(t, v, got)
			}
		}
	}
}

func TestCodecRoundTrips(t *testing.T) {
	t.Parallel()
	requireCross(t, "", "a", "\xff\x00")
	requireCross[path](t, "", "/tmp")
	requireCross(t, nil, []byte{}, []byte("abc"))
	requireCross(t, nil, raw{}, raw("abc"))
	requireCross(t, struct{}{})
	requireCross(t, [0]int{})
	requireCross(t, 0, 1, -1, math.MaxInt)
	requireCross(t, false, true)
	requireCross(t, 0, 2.5)
	requireCross(t, 3+4i)
	requireCross(t, point{}, point{X: 1}, point{1, 2})
	requireCross(t, nil, &point{}, &point{1, 2})
	requireCross(t, nil, []int{}, []int{0, 1})
	requireCross(t, nil, map[string]int{}, map[string]int{"a": 0})
	requireCross(t, nil, grades{}, grades{"a": {{1, 2}, {}}})
	requireCross(t, shapes{{1, 2}: {"a": {3, 4}}, {}: {}})
	requireCross[any](t, nil, 1, "a", point{1, 2}, withAny{"w", withAny{"v", point{5, 6}}}, []any{1, "b"})
	requireCross[error](t, nil)
	requireCross(t, withAny{}, withAny{"a", map[string]any{"k": []any{point{1, 2}}}}, withAny{"b", nil})
	requireCross(t, list{1, &list{2, nil}})
	requireCross[upper](t, "ABC", "")
	requireCross(t, time.Time{}, time.Unix(1, 2).UTC())
	requireCross(t, big.NewInt(1).Lsh(big.NewInt(1), 200))
	requireCross(t, [3]byte{1, 2, 3})
}

func TestCodecRoundTripsAtRandom(t *testing.T) {
	t.Parallel()
	points := rapid.Custom(func(t *rapid.T) point {
		return point{rapid.Int().Draw(t, "x"), rapid.Int().Draw(t, "y")}
	})
	dynamic := rapid.OneOf(
		rapid.Just[any](nil), rapid.Int().AsAny(), rapid.String().AsAny(), points.AsAny(),
		rapid.SliceOfN(rapid.Float64().AsAny(), 1, 3).AsAny(),
	)
	var records func(depth int) *rapid.Generator[record]
	records = func(depth int) *rapid.Generator[record] {
		return rapid.Custom(func(t *rapid.T) record {
			r := record{
				ID: rapid.Int64().Draw(t, "id"), Name: rapid.String().Draw(t, "name"),
				Ratio: rapid.Float64().Draw(t, "ratio"), On: rapid.Bool().Draw(t, "on"),
				Wave: complex(rapid.Float64().Draw(t, "re"), 1), Any: dynamic.Draw(t, "any"),
				At: time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "at"), 0).UTC(),
			}
			r.Grid[1][2] = points.Draw(t, "grid")
			if rapid.Bool().Draw(t, "filled") { // else all of it is nil, which is not the same as empty
				r.Tags = rapid.SliceOfN(rapid.String(), 0, 5).Draw(t, "tags")
				r.Data = rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data")
				r.Counts = rapid.MapOfN(rapid.String(), rapid.Int(), 0, 5).Draw(t, "counts")
				r.Where = new(point{rapid.IntRange(0, 1).Draw(t, "x"), rapid.IntRange(0, 1).Draw(t, "y")})
				if depth > 0 {
					r.Kids = rapid.SliceOfN(records(depth-1), 1, 3).Draw(t, "kids")
				}
			}
			return r
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		requireCross(t, rapid.SliceOfN(records(2), 1, 4).Draw(t, "records")...)
	})
}

// The bytes themselves are not copied more often than into the payload and out of it.
func TestRawAllocations(t *testing.T) {
	requireAllocs[string](t, "abcdefghijklmnopqrstuvwxyz", 1)
	requireAllocs[path](t, "abcdefghijklmnopqrstuvwxyz", 1)
	requireAllocs(t, []byte("abcdefghijklmnopqrstuvwxyz"), 1)
	requireAllocs(t, raw("abcdefghijklmnopqrstuvwxyz"), 1)
	requireAllocs(t, struct{}{}, 0)
}

func requireAllocs[T any](t *testing.T, value T, decode float64) {
	t.Helper()
	c := wire.NewCodec(reflect.TypeFor[T]())
	var v any = value
	var into T
	buf, err := c.Encode(v, nil)
	require.NoError(t, err)
	require.Zero(t, testing.AllocsPerRun(100, func() { buf, _ = c.Encode(v, buf[:0]) }))
	require.Equal(t, decode, testing.AllocsPerRun(100, func() { _ = c.Decode(buf, &into) }))
	require.Equal(t, value, into)
}
