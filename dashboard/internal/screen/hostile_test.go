package screen

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// hostile is what nobody should name a function, and somebody will.
var hostile = map[string]string{
	"markup":    `<x-evil onload="x">"'><script>evil()</script><!-- {{.Run}} </title></pre></select> & javascript:evil()`,
	"quotes":    `" onmouseover="evil()" x='x-evil' `,
	"escapes":   "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://x-evil\x1b\\link\x1b]8;;\x1b\\ \x1bc bell\x07 back\b\b\b \x1b",
	"bidi":      "safe\u202etxt.exe\u2066\u2067\u2069\u200f\u061c \u2028\u2029\ufeff\u00ad",
	"bytes":     "not \xff\xfe UTF-8 \xc3( \xed\xa0\x80",
	"nul":       "a\x00b\x7fc\u0085d\u009b31m",
	"long":      strings.Repeat("1 MB of this ", 80_000),
	"long rune": strings.Repeat("雪", 400_000),
	"lines":     strings.Repeat("a\r\n\tb\n", 1000),
}

// fill puts s into every text of a value, and something that is shown into everything else.
func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint64:
		v.SetUint(3)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), s)
		fill(v.Index(1), s)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Now()))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), s)
			}
		}
	}
}

func filled[T any](s string) (v T) {
	fill(reflect.ValueOf(&v).Elem(), s)
	return v
}

// all is every screen, with s in each of its texts.
func all(s string) map[string]Screen {
	run := filled[Run](s)
	run.Ended = time.Time{}
	return map[string]Screen{
		"overview":   filled[Overview](s).Screen(),
		"run":        run.Screen(),
		"ended":      filled[Run](s).Screen(),
		"containers": filled[Containers](s).Screen(),
		"inputs":     filled[Inputs](s).Screen(),
		"container":  filled[Container](s).Screen(),
		"input":      filled[Input](s).Screen(),
	}
}

func TestHostileStrings(t *testing.T) {
	t.Parallel()
	for what, s := range hostile {
		for which, screen := range all(s) {
			t.Run(which+" "+what, func(t *testing.T) {
				t.Parallel()
				var b strings.Builder
				require.NoError(t, screen.Write(&b, Frame{Program: s, Live: true, Actions: true}))
				page := b.String()
				require.True(t, utf8.ValidString(page))
				require.Equal(t, 4, strings.Count(page, "<script"), "the page's own")
				require.NotContains(t, page, "<x-evil")
				require.NotContains(t, page, `href="javascript:`)
				require.NotRegexp(t, `<[^>]* onmouseover="`, page)
				require.NotContains(t, page, "ZgotmplZ")
				for _, r := range page {
					require.False(t, r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp), "%q", r)
				}
				require.Less(t, len(page), 1<<20)
			})
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain ⚓ text":                    "plain ⚓ text",
		"\x1b[1;31mred\x1b[0m":            "red",
		"\x1b]0;title\x07rest":            "rest",
		"a\x00b":                          "a␀b",
		"\x1b":                            "␛",
		"\x7f":                            "␡",
		"x\u202ey":                        "x\ufffdy",
		"\xff":                            "\ufffd",
		"0123456789012345678901234567890": "01234567890123456789… (11 bytes more)",
		"雪雪雪雪雪雪雪雪":                        "雪雪雪雪雪雪雪雪",
		"👩\u200d🚀":                        "👩\u200d🚀",
	} {
		require.Equal(t, want, clean(in, 20), "%q", in)
	}
	require.Equal(t, "(27 bytes before) …last 🚀", end("a first line, and then the last 🚀", 9))
	require.Equal(t, "short", end("short", 9))
	require.Equal(t, "a ⏎ b c", line(" a\nb\tc\n"))
}

func FuzzClean(f *testing.F) {
	for _, s := range hostile {
		f.Add(s[:min(len(s), 100)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := clean(s, 50)
		require.True(t, utf8.ValidString(out))
		require.NotContains(t, out, "\x1b")
		require.LessOrEqual(t, len(out), 3*50+40)
	})
}

func TestEveryStateHasItsWord(t *testing.T) {
	t.Parallel()
	states := []string{
		"ready", "rerun", "timeout", // events of containers, and outcomes
		"unused", "draining", "left", "lost", // machines
		"retried", "recovered", history.CrashLoop, history.Cutoff,
	}
	states = append(states, Overview{}.Statuses()...)
	states = append(states, Containers{}.States()...)
	states = append(states, Inputs{}.States()...)
	icons, err := templates.ReadFile("templates/icons.html")
	require.NoError(t, err)
	sheet, err := static.ReadFile("static/page.css")
	require.NoError(t, err)
	for _, s := range states {
		w, ok := words[s]
		require.True(t, ok, s)
		require.Contains(t, string(icons), `id="i-`+w.Icon+`"`)
		require.Contains(t, string(sheet), ".t-"+w.Tone)
		require.Contains(t, string(sheet), ".f-"+w.Tone)
	}
	require.Equal(t, "on fire", wordOf("on_fire").Text, "of a later version")
}
