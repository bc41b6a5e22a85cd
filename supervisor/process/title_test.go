package process

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestComm(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"case: resize 1":                 "case:resize 1",
		"thumbnails: resize 12":          "thumb:resize 12",
		"thumbnails: resize_and_crop 12": "thu:resize_a 12",
		"a: resize_and_crop 123456":      "a:resize 123456",
		"prog: main.f 3":                 "prog:main.f 3",
		"prog: spare worker":             "pr:spare worker",
		"":                               ":",
	} {
		require.Equal(t, want, commOf(title), title)
		require.LessOrEqual(t, len(commOf(title)), commSize)
	}
	require.Equal(t, "a?b?", printable("a\x00b\x1b"))
	require.Len(t, spareTitle(), titleSize)
}
