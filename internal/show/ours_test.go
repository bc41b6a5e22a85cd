package show_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/show"
)

// TestJoined: the text of what is joined is as long as there is room, however often the same is in it.
func TestJoined(t *testing.T) {
	t.Parallel()
	bad := &wild{func() string { panic("no") }}
	require.Equal(t, "EOF\n(*show_test.wild) Error panicked: no\nunexpected EOF",
		show.Error(errors.Join(io.EOF, errors.Join(bad, io.ErrUnexpectedEOF)), 0))
	wide := io.EOF
	for range 64 {
		wide = errors.Join(wide, wide)
	}
	require.Less(t, len(show.Error(wide, 0)), 1000)
	require.Equal(t, "EO…", show.Error(wide, 5))
	require.True(t, strings.HasPrefix(show.Error(wide, 0), "EOF\nEOF\n"))
}

// TestJoinedThatBlocks: others that are joined are not taken for it.
func TestJoinedThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		began := time.Now()
		for range 10 {
			_ = show.Error(errors.Join(&wild{func() string { <-release; return "" }}), 0)
		}
		require.Equal(t, "EOF", show.Error(errors.Join(io.EOF), 0))
		require.Equal(t, 4*time.Second, time.Since(began))
	})
}
