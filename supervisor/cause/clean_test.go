package cause_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/cause"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"empty", "", 10, ""},
		{"plain", "all is well", 20, "all is well"},
		{"just fits", "12345", 5, "12345"},
		{"cut", "123456", 5, "1234…"},
		{"cut to nothing", "123456", 1, "…"},
		{"wide", "日本語日本語", 4, "日本語…"},
		{"lines", "one\r\n\ttwo\u2028three  ", 20, "one two three"},
		{"colour", "\x1b[1;31mred\x1b[m", 20, "red"},
		{"colour by one byte", "\u009b31mred", 20, "red"},
		{"title of the window", "\x1b]0;owned\x07ok", 20, "ok"},
		{"title without an end", "\x1b]0;owned", 20, ""},
		{"unfinished", "ok\x1b[", 20, "ok"},
		{"bell and null", "a\x07b\x00c", 20, "a�b�c"},
		{"invalid", "a\xff\xfeb", 20, "a�b"},
		{"reversed", "a\u202eb", 20, "a�b"},
		{"huge", strings.Repeat("x", 1<<20), 5, "xxxx…"},
		{"huge and blank", strings.Repeat(" ", 1<<20) + "x", 5, "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, cause.Clean(c.text, c.most))
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[31m\xff \u202e日本", 3)
	f.Add("\x1b]8;;http://x\x1b\\link", 1)
	f.Fuzz(func(t *testing.T, text string, most int) {
		most = max(most%100, 1)
		got := cause.Clean(text, most)
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, utf8.RuneCountInString(got), max(most, 1))
		for _, r := range got {
			require.True(t, unicode.IsPrint(r), "%q", got)
		}
		require.Equal(t, got, cause.Clean(got, most), "what is clean stays as it is")
	})
}
