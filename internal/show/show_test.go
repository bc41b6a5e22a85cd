package show_test

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/show"
)

// wild is an error, and no error too, that says what a test wants.
type wild struct{ say func() string }

func (w *wild) Error() string { return w.say() }

type wildStringer struct{ say func() string }

func (w wildStringer) String() string                     { return w.say() }
func (w wildStringer) Format(fmt.State, rune)             { panic("Format is not called") }
func (w wildStringer) GoString() string                   { panic("GoString is not called") }
func (w wildStringer) MarshalText() ([]byte, error)       { panic("MarshalText is not called") }
func (w wildStringer) MarshalJSON() ([]byte, error)       { panic("MarshalJSON is not called") }
func (w wildStringer) GobEncode() ([]byte, error)         { panic("GobEncode is not called") }
func (w wildStringer) LogValue() (never struct{})         { panic("LogValue is not called") }
func (w wildStringer) UnmarshalJSON(_ []byte) error       { panic("UnmarshalJSON is not called") }
func (w wildStringer) Unwrap() (never []error)            { panic("Unwrap is not called") }
func (w wildStringer) Is(_ error) (never bool)            { panic("Is is not called") }
func (w wildStringer) As(_ any) (never bool)              { panic("As is not called") }
func (w wildStringer) MarshalBinary() (b []byte, _ error) { panic("MarshalBinary is not called") }

func TestWhatMethodsDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		say  func() string
		want string
	}{
		"returns":                      {func() string { return "fine" }, "fine"},
		"panics with a text":           {func() string { panic("no") }, "panicked: no"},
		"panics with an error":         {func() string { panic(errors.New("no")) }, "panicked: no"},
		"panics with nil":              {func() string { panic(nil) }, "panicked: panic called with nil argument"},
		"panics with what panics":      {func() string { panic(&wild{func() string { panic("again") }}) }, "panicked: &{0x"},
		"panics with a number":         {func() string { panic(7) }, "panicked: 7"},
		"dereferences nil":             {func() string { return *(*string)(nil) }, "panicked: runtime error: invalid memory address or nil pointer dereference"},
		"calls Goexit":                 {func() string { runtime.Goexit(); return "" }, "called runtime.Goexit"},
		"calls Goexit, and panics too": {func() string { defer panic("no"); runtime.Goexit(); return "" }, "called runtime.Goexit"},
	} {
		for _, v := range []struct {
			method string
			value  any
		}{{"(*show_test.wild) Error ", &wild{c.say}}, {"(show_test.wildStringer) String ", wildStringer{c.say}}} {
			want := c.want
			if name != "returns" {
				want = v.method + want
			}
			require.Truef(t, strings.HasPrefix(show.Text(v.value, 0), want), "%s: %s", name, show.Text(v.value, 0))
		}
	}
	require.Equal(t, "<nil>", show.Error(nil, 0))
	require.Equal(t, "<nil>", show.Error((*fs.PathError)(nil), 0), "as fmt has it")
	require.Equal(t, "<nil>", show.Error((*runtime.TypeAssertionError)(nil), 0))
}

// TestMethodsThatBlock: nobody waits for them longer than a second, nor for ever more of them.
func TestMethodsThatBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		began := time.Now()
		err := &wild{func() string { <-release; return "" }}
		require.Equal(t, "(*show_test.wild) Error has not returned within 1s", show.Error(err, 0))
		for range 1000 {
			_ = show.Error(err, 0)
		}
		require.Equal(t, "(*show_test.wild) Error is not called any more: it does not return", show.Error(err, 0))
		require.Equal(t, 4*time.Second, time.Since(began))
	})
}

// TestValuesThatContainThemselves: fmt and encoding/json end the process over them.
func TestValuesThatContainThemselves(t *testing.T) {
	t.Parallel()
	slice := make([]any, 1)
	slice[0] = slice
	wide := make([]any, 10)
	for i := range wide {
		wide[i] = wide
	}
	ring := map[string]any{}
	ring["self"] = ring
	type node struct {
		Next any
	}
	loop := &node{}
	loop.Next = loop
	byValue := &node{}
	byValue.Next = []any{node{byValue}, byValue}
	var p any
	p = &p
	for _, v := range []any{slice, wide, ring, loop, byValue, p, &slice, &ring, [1]any{slice}, []any{ring, slice}} {
		text := show.Text(v, 0)
		require.NotEmpty(t, text)
		require.LessOrEqual(t, len(text), show.Limit)
	}
	require.Equal(t, strings.Repeat("[", 17)+"…"+strings.Repeat("]", 17), show.Text(slice, 0))
	require.Equal(t, "map[string]interface {} of 1", show.Text(ring, 0))
}

// TestWhatIsLongIsCutFirst: a text of 100 MB is not copied, nor kept.
func TestWhatIsLongIsCutFirst(t *testing.T) {
	long := strings.Repeat("ä", 50<<20)
	for _, v := range []any{
		long, errors.New(long),
		wildStringer{func() string { return long }},
		[]string{long, long},
		struct{ S any }{long},
		&wild{func() string { panic(long) }}, make([]byte, 100<<20),
		[][]struct{}{make([]struct{}, 1<<40)},
	} {
		var text string
		bytes := allocated(func() { text = show.Text(v, 1000) })
		require.Less(t, bytes, uint64(1<<20), "%T", v)
		require.LessOrEqual(t, len(text), 1000)
		require.True(t, utf8.ValidString(text))
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestCut: a text keeps its limit and stays valid.
func TestCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, limit := rapid.String().Draw(t, "text"), rapid.IntRange(1, 50).Draw(t, "limit")
		got := show.Text(text, limit)
		require.LessOrEqual(t, len(got), limit)
		require.True(t, utf8.ValidString(got))
		require.True(t, strings.HasPrefix(text, strings.TrimSuffix(got, "…")))
		require.Equal(t, len(text) <= limit, got == text)
	})
}

// TestAsFmt: what has no methods and no maps is shown as %v shows it.
func TestAsFmt(t *testing.T) {
	t.Parallel()
	type inner struct {
		a uint8
		b *int
		C []string
	}
	type outer struct {
		I   int
		F   float32
		G   float64
		C   complex64
		S   string
		B   []byte
		N   *inner
		Any any
		in  inner
		ok  bool
		f   func()
		arr [2]int16
	}
	type duration int // no method
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int().Draw(t, "number")
		in := inner{rapid.Uint8().Draw(t, "a"), &number, rapid.SliceOf(rapid.String()).Draw(t, "C")}
		v := outer{
			number, rapid.Float32().Draw(t, "F"), rapid.Float64().Draw(t, "G"), complex(rapid.Float32().Draw(t, "re"), 1),
			rapid.String().Draw(t, "S"), rapid.SliceOf(rapid.Byte()).Draw(t, "B"), &in, in, in, rapid.Bool().Draw(t, "ok"), nil,
			[2]int16{1, -2},
		}
		for _, v := range []any{v, &v, []any{v, &v, nil}, number, duration(number), v.F, v.G, v.C, v.S, v.B, v.ok, &number, v.f, nil, t.Fatal, make(chan int)} {
			require.Equal(t, fmt.Sprintf("%v", v), show.Text(v, 1<<20))
		}
	})
}

func BenchmarkError(b *testing.B) {
	for name, err := range map[string]error{
		"errors.New": errors.New("no luck"), "fmt.Errorf": fmt.Errorf("no: %w", fs.ErrClosed), "PathError": &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = show.Error(err, 0)
			}
		})
	}
}
