package wire_test

import (
	"encoding/gob"
	"errors"
	"io"
	"math"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

type (
	// job is what gob changes without a word.
	job struct {
		Verbose *bool
		Limit   *int
		Note    *string
		Tags    []string
		Table   map[string]int
		Opts    map[string]*int
		Many    []*point
		Where   *point
		Deep    ***int
		Any     any
		Empty   struct{}
		Nothing [0]func()
		_       int
	}
	inner struct{ N int }
	mixed struct{ inner }
	event struct {
		time.Time
		Name string
	}
	report struct {
		N   int
		Err error
	}
	pointed struct{ N int }
	node    struct {
		N    int
		L, R *node
	}
	tree []tree
	bush struct {
		Leaf     [64]uint64
		Branches []bush
	}
	endless *endless
	letter  uint8
)

func init() {
	gob.Register(&pointed{})
	gob.Register([]*int{})
	gob.Register(map[string]*int{})
}

// What goroutines keep crosses: a pointer to zero is no nil, nor is what is empty.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	zero := new(new(new(int)))
	requireCross(t,
		job{}, job{Verbose: new(bool), Limit: new(int), Note: new(string), Tags: []string{}, Table: map[string]int{}, Opts: map[string]*int{}, Many: []*point{}, Where: &point{}, Deep: zero},
		job{Tags: []string{""}, Opts: map[string]*int{"nil": nil, "zero": new(int)}, Many: []*point{nil, {}, {1, 2}}, Deep: new(new(*int))},
		job{Any: []any{nil, 0, "", []byte(nil), []byte{}, time.Second, map[string]any{"a": []string(nil)}, (*pointed)(nil), &pointed{}, []*int{nil, new(int)}, map[string]*int{"a": new(int)}}},
	)
	requireCross(t, new((*point)(nil)), nil, new(&point{}))
	requireCross(t, mixed{inner{7}})
	requireCross(t, event{time.Unix(1, 2).UTC(), "the name is not in the methods of the time"})
	requireCross(t, [][]byte{nil, {}, {1}})
	requireCross(t, []letter{1, 2}, []letter{}, nil)
	requireCross(t, [3]bool{true, false, true})
	requireCross(t, []int8{math.MinInt8, 0, math.MaxInt8})
	requireCross(t, []uint64{0, math.MaxUint64})
	requireCross(t, []float32{math.MaxFloat32, float32(math.Inf(-1))})
	requireCross(t, []uintptr{7})
	requireCross(t, []int64{math.MinInt64, 0, math.MaxInt64}, nil, []int64{})
	requireCross(t, []float64{math.MaxFloat64, 0.1})
	requireCross(t, [][]string{{"", "a"}, nil, {}})
	requireCross(t, map[string][]int{"a": {1, -1}}, map[string][]int{"a": nil, "b": {}})
	requireCross(t, []float32{0.1}, nil)
	requireCross(t, map[float32]complex64{0.5: 1 + 2i})
	requireCross(t, make([]struct{}, 1<<30))
	requireCross(t, tree{nil, {}, {{}, nil}})
	requireCross(t, url.URL{Scheme: "https", Host: "example.org", Path: "/a b"})
	requireCross(t, map[any]any{1: "a", "b": point{1, 2}, point{1, 2}: nil})
	requireCross(t, report{1, nil})
	requireCross(t, map[struct{}]struct{}{}, map[struct{}]struct{}{{}: {}})
}

// NaN is not itself, and -0 is 0 to ==.
func TestFloats(t *testing.T) {
	t.Parallel()
	p := newPair(reflect.TypeFor[map[float64]string]())
	got, err := p.cross(map[float64]string{math.NaN(): "a", math.Float64frombits(math.Float64bits(math.NaN()) ^ 1): "b", 1: "c"})
	require.NoError(t, err)
	var all string
	for range 10 { // in any order
		all = ""
		for k, v := range got.(map[float64]string) {
			require.True(t, math.IsNaN(k) || k == 1)
			all += v
		}
		require.Len(t, all, 3)
	}
	got, err = newPair(reflect.TypeFor[[]float64]()).cross([]float64{math.Copysign(0, -1)})
	require.NoError(t, err)
	require.True(t, math.Signbit(got.([]float64)[0]))
}

// A time keeps its location, whichever way it came to it.
func TestTimes(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	fiveWest, err := time.LoadLocation("Etc/GMT+5")
	require.NoError(t, err)
	now := time.Now()
	for _, location := range []*time.Location{
		time.UTC, time.Local, berlin, fiveWest, time.FixedZone("CET", 3600), time.FixedZone("", 61), time.FixedZone("Europe/Berlin", 60),
	} {
		for _, at := range []time.Time{{}, now.Round(0), time.Unix(-1<<40, 999), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)} {
			want := at.In(location)
			got, err := newPair(reflect.TypeFor[[]time.Time]()).cross([]time.Time{want})
			require.NoError(t, err)
			back := got.([]time.Time)[0]
			require.True(t, want.Equal(back))
			require.Equal(t, want.String(), back.String())
			require.Equal(t, want.Location().String(), back.Location().String())
			require.Equal(t, want.AddDate(0, 5, 0).String(), back.AddDate(0, 5, 0).String(), "and its rules")
		}
	}
	got, err := newPair(reflect.TypeFor[time.Time]()).cross(now)
	require.NoError(t, err)
	require.Equal(t, now.Round(0), got, "all but the monotonic reading")
}

// What is shared arrives shared, and takes its place once: a diamond of 64 levels is a tree of 2⁶⁴ leaves.
func TestShared(t *testing.T) {
	t.Parallel()
	n := &node{N: 1}
	for range 64 {
		n = &node{L: n, R: n, N: 1}
	}
	b, err := wire.NewCodec(reflect.TypeFor[*node]()).Encode(n, nil)
	require.NoError(t, err)
	require.Less(t, len(b), 500)
	got, err := newPair(reflect.TypeFor[*node]()).cross(n)
	require.NoError(t, err)
	depth := 0
	for n := got.(*node); n != nil; n = n.L {
		require.Same(t, n.L, n.R)
		depth++
	}
	require.Equal(t, 65, depth)

	one, two := &point{1, 1}, &point{2, 2}
	points, err := newPair(reflect.TypeFor[[]map[*point]*point]()).cross([]map[*point]*point{{one: two, two: one}, {one: one}})
	require.NoError(t, err)
	both := points.([]map[*point]*point)
	for k := range both[1] {
		require.Same(t, k, both[1][k])
		require.Equal(t, point{1, 1}, *k)
		require.Equal(t, point{2, 2}, *both[0][k])
		require.Same(t, k, both[0][both[0][k]])
	}

	m := map[string]int{"a": 1}
	got, err = newPair(reflect.TypeFor[[]map[string]int]()).cross([]map[string]int{m, m})
	require.NoError(t, err)
	twice := got.([]map[string]int)
	twice[0]["b"] = 2
	require.Equal(t, twice[0], twice[1])
}

// A value may contain itself.
func TestKnots(t *testing.T) {
	t.Parallel()
	loop := &list{N: 1}
	loop.Next = loop
	got, err := newPair(reflect.TypeFor[*list]()).cross(loop)
	require.NoError(t, err)
	back := got.(*list)
	require.Same(t, back, back.Next)

	self := map[string]any{}
	self["self"] = self
	got, err = newPair(anyOf).cross(self)
	require.NoError(t, err)
	require.Equal(t, reflect.ValueOf(got).Pointer(), reflect.ValueOf(got.(map[string]any)["self"]).Pointer())

	var e endless
	e = &e
	got, err = newPair(reflect.TypeFor[endless]()).cross(e)
	require.NoError(t, err)
	require.Equal(t, got, any(*got.(endless)))

	slice := []any{nil}
	slice[0] = slice // no pointer that could be met again
	_, err = newPair(anyOf).cross(slice)
	require.ErrorContains(t, err, "nested too deep")
}

// A slice can share, too, what it would take 2⁴⁰ bytes to write: it is refused on the way.
func TestRefusedInTime(t *testing.T) {
	t.Parallel()
	wide := bush{} // heavy, or it takes half a minute under the race detector
	for i := range wide.Leaf {
		wide.Leaf[i] = math.MaxUint64
	}
	for range 40 {
		wide.Branches = []bush{wide, wide}
	}
	_, err := wire.NewCodec(reflect.TypeFor[bush]()).Encode(wide, nil)
	require.ErrorContains(t, err, "it takes over")

	_, err = wire.NewCodec(reflect.TypeFor[[]string]()).Encode([]string{"a", string(make([]byte, wire.MaxItem))}, nil)
	require.ErrorContains(t, err, "it takes over")
	_, err = wire.NewCodec(reflect.TypeFor[[]int]()).Encode(make([]int, wire.MaxItem+1), nil)
	require.ErrorContains(t, err, "it takes over")
}

// An error in a field crosses as a returned one does.
func TestErrorInside(t *testing.T) {
	t.Parallel()
	got, err := newPair(reflect.TypeFor[report]()).cross(report{1, &wrapper{"reading", io.ErrUnexpectedEOF}})
	require.NoError(t, err)
	require.ErrorIs(t, got.(report).Err, io.ErrUnexpectedEOF)
	require.EqualError(t, got.(report).Err, (&wrapper{"reading", io.ErrUnexpectedEOF}).Error())
	got, err = newPair(reflect.TypeFor[[]error]()).cross([]error{nil, errors.New("a")})
	require.NoError(t, err)
	require.NoError(t, got.([]error)[0])
	require.EqualError(t, got.([]error)[1], "a")
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for typ, foreign := range map[reflect.Type]bool{
		text: false, blob: false, reflect.TypeFor[point](): false, reflect.TypeFor[*node](): false, reflect.TypeFor[time.Time](): false,
		reflect.TypeFor[func()](): false,
		anyOf:                     true, reflect.TypeFor[upper](): true, reflect.TypeFor[record](): true, reflect.TypeFor[[]report](): true,
		reflect.TypeFor[map[string]map[string]angry](): true,
	} {
		require.Equal(t, foreign, wire.Foreign(wire.NewCodec(typ)), "%v", typ)
	}
}
