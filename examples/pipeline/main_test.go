package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func small() config {
	return config{pages: 30, missing: 20, fetchers: 8, packers: 2, outstanding: 4, longestForFetch: 30 * time.Second}
}

// The first stage waits for the second, and the second learns of the first one's error.
func TestPipeline(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	require.NoError(t, run(t.Context(), small(), &said))
	require.Contains(t, said.String(), "  30 pages, 1920 KiB, packed into ")
	require.Contains(t, said.String(), "  20 pages, 1280 KiB, packed into ") // those before the missing one, and no other
	require.Contains(t, said.String(), "has ended with: mapper: the inputs' iterator failed: 20: 404 Not Found\n")
}

func TestRefusedFlags(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*config){
		"-pages 30 -missing 30: ": func(c *config) { c.missing = 30 },
		"-pages 0 ":               func(c *config) { c.pages = 0 },
		"invalid Containers -1":   func(c *config) { c.packers = -1 },
		"invalid Containers -2":   func(c *config) { c.fetchers = -2 },
		"invalid Outstanding -1":  func(c *config) { c.outstanding = -1 },
	} {
		c := small()
		change(&c)
		require.ErrorContains(t, run(t.Context(), c, io.Discard), want)
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, small(), io.Discard), context.Canceled)
}

// Whoever leaves the last stage ends the first one too, although its inputs have no end.
func TestLeavingEarly(t *testing.T) {
	t.Parallel()
	count := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	double := func(_ context.Context, i int) (int, error) { return 2 * i, nil }
	first, err := mapper.Start(t.Context(), double, count, mapper.Options{})
	require.NoError(t, err)
	second, err := mapper.Start(t.Context(), double, chain(first), mapper.Options{})
	require.NoError(t, err)
	var got []int
	for r := range second.All() {
		if got = append(got, r.Value); len(got) == 3 {
			break
		}
	}
	require.Equal(t, []int{0, 4, 8}, got)
	require.ErrorIs(t, first.Wait(), mapper.ErrStopped)
}

// The reason for which the first stage ends is that of the second, through both errors.
func TestErrorOfTheFirst(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	first, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
		if i == 3 {
			return 0, broken
		}
		return i, nil
	}, numbers(10), mapper.Options{ReturnExceptions: true})
	require.NoError(t, err)
	second, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil }, chain(first), mapper.Options{})
	require.NoError(t, err)
	all := slices.Collect(second.All())
	require.Len(t, all, 4)
	require.Equal(t, -1, all[3].Index)
	require.ErrorIs(t, second.Wait(), broken)
}

func TestPack(t *testing.T) {
	t.Parallel()
	f := fetcher{between: &between{}}
	p, err := f.pack(t.Context(), page{3, []byte(text(3))})
	require.NoError(t, err)
	require.Equal(t, pageSize, p.before)
	require.Less(t, p.after, pageSize/2)

	var again bytes.Buffer
	w, err := gzip.NewWriterLevel(&again, gzip.DefaultCompression)
	require.NoError(t, err)
	_, err = io.WriteString(w, text(3))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Equal(t, again.Len(), p.after) // the text of a page is always the same
}
