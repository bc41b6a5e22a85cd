package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// written is a message of rows.
func written(rows ...row) []byte {
	var w writer
	for i := range rows {
		w.add(&rows[i])
	}
	return seal(w.one)
}

// readAll is the rows of a message, with their values.
func readAll(t require.TestingT, message []byte) (rows []row) {
	kind, body, err := unseal(message)
	require.NoError(t, err)
	require.EqualValues(t, kindRows, kind)
	require.NoError(t, eachRow(body, func(r row) {
		whole, ok := rowAt(body, r.at, 0)
		require.True(t, ok)
		whole.at, whole.next = 0, 0
		rows = append(rows, whole)
	}))
	return rows
}

// TestRowsComeBack: rows are read as they were written.
func TestRowsComeBack(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) any { return append([]byte{}, b...) }),
		rapid.Map(rapid.Int64(), func(i int64) any { return i }))
	one := rapid.Custom(func(t *rapid.T) row {
		var key logbook.Key
		copy(key[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "key"))
		return row{
			place: rapid.Int64().Draw(t, "place"), key: key, state: rapid.Int64Range(0, stateReturned).Draw(t, "state"),
			attempts: rapid.Int64Min(0).Draw(t, "attempts"), value: value.Draw(t, "value"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(one, 1, 20).Draw(t, "rows")
		require.Equal(t, rows, readAll(t, written(rows...)))
	})
}

// FuzzMessage: nothing that somebody publishes has a reader panic, and no byte of a message can change unseen.
func FuzzMessage(f *testing.F) {
	whole := written(row{place: 3, value: "text"}, row{place: -1, state: record.Begun, attempts: 1}, row{value: []byte{1}}, row{value: int64(-5)})
	f.Add(whole, 0, byte(0))
	f.Add((&life{Format: format, Life: "a"}).message(), 9, byte(1))
	f.Fuzz(func(t *testing.T, message []byte, at int, flip byte) {
		if kind, body, err := unseal(message); err == nil && kind == kindRows {
			_ = eachRow(body, func(r row) {
				_, ok := rowAt(body, r.at, 0)
				require.True(t, ok)
			})
		}
		body := message // as if its checksum were right
		_ = eachRow(body, func(row) {})
		rowAt(body, at&0xff, at&3)
		if flip != 0 {
			torn := append([]byte(nil), whole...)
			torn[uint(at)%uint(len(torn))] ^= flip
			_, _, err := unseal(torn)
			require.Error(t, err)
		}
	})
}

// TestIndex: which row of a place counts.
func TestIndex(t *testing.T) {
	t.Parallel()
	a, b := logbook.Key{1}, logbook.Key{2}
	at := func(place int64, key logbook.Key, state int64) row { return row{place: place, key: key, state: state} }
	for name, c := range map[string]struct {
		rows []row
		want []row
	}{
		"the last":                   {[]row{at(0, a, record.Failed), at(0, a, record.Succeeded)}, []row{at(0, a, record.Succeeded)}},
		"a success stays":            {[]row{at(0, a, record.Succeeded), at(0, a, record.Failed)}, []row{at(0, a, record.Succeeded)}},
		"but not another input's":    {[]row{at(0, a, record.Succeeded), at(0, b, record.Failed)}, []row{at(0, b, record.Failed)}},
		"begun":                      {[]row{at(0, a, record.Begun), at(0, a, record.Failed)}, []row{at(0, a, record.Failed)}},
		"returned":                   {[]row{at(0, a, record.Begun), at(0, a, stateReturned)}, nil},
		"in the order of the places": {[]row{at(2, a, 0), at(-1, b, 0), at(0, a, 0)}, []row{at(-1, b, 0), at(0, a, 0), at(2, a, 0)}},
	} {
		x := index{crashes: map[logbook.Key]logbook.Crashes{}}
		for i, r := range c.rows {
			_, body, err := unseal(written(r))
			require.NoError(t, err)
			require.NoError(t, x.add(uint64(i+1), body))
		}
		x.settle()
		seqs := map[int64]uint64{}
		for _, r := range x.rows {
			seqs[r.place] = r.seq
		}
		var got []row
		_, _, err := x.scan(record.First, func(f record.Found) { got = append(got, at(f.Place, f.Key, f.State)) })
		require.NoError(t, err)
		require.Equal(t, c.want, got, name)
		x.shrink()
		for place := int64(-3); place < 5; place++ {
			seq, _, _, ok := x.of(place)
			require.Equal(t, seqs[place], seq, name)
			require.Equal(t, seq > 0, ok, name)
		}
	}
}

// TestCrashesInIndex: what is held against an input is, until it is settled.
func TestCrashesInIndex(t *testing.T) {
	t.Parallel()
	a, b := logbook.Key{1}, logbook.Key{2}
	held := logbook.Crashes{Crashes: 3, Strikes: 2, Certain: 1}
	x := index{crashes: map[logbook.Key]logbook.Crashes{}}
	_, body, err := unseal(written(*crashed(a, held), *crashed(b, held), row{key: a, state: record.Begun}, row{key: b, state: record.Failed}))
	require.NoError(t, err)
	require.NoError(t, x.add(1, body))
	require.Equal(t, map[logbook.Key]logbook.Crashes{a: held}, x.crashes)
}

// TestShrunk: of rows that stand one behind the other only the first is known, and all are found.
func TestShrunk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := index{crashes: map[logbook.Key]logbook.Crashes{}}
		bodies, want := [][]byte{nil}, map[int64]int64{}
		for n := range rapid.IntRange(1, 5).Draw(t, "messages") {
			at := rapid.Int64Range(-5, 30).Draw(t, "from")
			var rows []row
			for i := range rapid.IntRange(1, 9).Draw(t, "rows") {
				value := int64(100*n + i)
				rows = append(rows, row{place: at, value: value})
				want[at] = value
				at += rapid.SampledFrom([]int64{1, 1, 1, 2}).Draw(t, "step")
			}
			_, body, err := unseal(written(rows...))
			require.NoError(t, err)
			require.NoError(t, x.add(uint64(len(bodies)), body))
			bodies = append(bodies, body)
		}
		x.settle()
		if rapid.Bool().Draw(t, "shrunk") {
			x.shrink()
			require.LessOrEqual(t, len(x.runs), len(want))
		}
		for place := int64(-6); place < 60; place++ {
			seq, at, skip, ok := x.of(place)
			value, is := want[place]
			require.Equal(t, is, ok)
			if ok {
				r, ok := rowAt(bodies[seq], at, skip)
				require.True(t, ok)
				require.Equal(t, place, r.place)
				require.Equal(t, value, r.value)
			}
		}
	})
}
