package intake_test

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// numbered is n inputs, each its own index.
func numbered(n int) *typed.Slice[int, int] {
	s := &typed.Slice[int, int]{}
	for i := range n {
		s.In = append(s.In, i)
	}
	return s
}

func newChunk() *chunk.Chunk { return typed.New[int, int]() }

// indices are those of the inputs in a chunk, which has those of its payload.
func indices(t require.TestingT, ch *chunk.Chunk) []int {
	in := typed.Of[int, int](ch).In
	require.Len(t, in, ch.N)
	for i, v := range in {
		require.Equal(t, ch.Lo+i, v)
	}
	return in
}

func unlimited() *intake.Window { return &intake.Window{Size: math.MaxInt} }

func TestWindow(t *testing.T) {
	t.Parallel()
	w := unlimited()
	w.Delivered.Add(5)
	require.Equal(t, math.MaxInt, w.Limit())
	w.Size = 10
	require.Equal(t, 15, w.Limit())
}

func TestSliceShares(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		total, window, share, want int
		n                          int
	}{
		"all that it wants":       {100, math.MaxInt, 1, 8, 8},
		"all there is":            {5, math.MaxInt, 1, 8, 5},
		"its share":               {100, math.MaxInt, 20, 8, 5},
		"one, where that is less": {3, math.MaxInt, 20, 8, 1},
		"an eighth, likewise":     {100, math.MaxInt, 20, 80, 10},
		"all there is, likewise":  {7, math.MaxInt, 20, 80, 7},
		"its share of the window": {100, 10, 5, 8, 2},
		"nothing":                 {0, math.MaxInt, 1, 8, 0},
		"a window without room":   {5, 0, 1, 8, 0},
	} {
		s := intake.NewSlice(numbered(c.total), c.total, &intake.Window{Size: c.window}, c.share)
		ch := newChunk()
		require.Equal(t, c.n > 0, s.Claim(ch, c.want, false), name)
		require.Equal(t, c.n, ch.N, name)
		require.Equal(t, c.n, s.Taken(), name)
	}
}

// TestSliceInOrder drives a slice and two counters alike.
func TestSliceInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(0, 60).Draw(t, "total")
		window := &intake.Window{Size: rapid.SampledFrom([]int{1, 3, 10, math.MaxInt}).Draw(t, "window")}
		share := rapid.IntRange(1, 4).Draw(t, "share")
		s := intake.NewSlice(numbered(total), total, window, share)
		head, delivered := 0, 0
		avail := func() int {
			if window.Size == math.MaxInt {
				return total - head
			}
			return min(total, delivered+window.Size) - head
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "op") {
			case 0:
				want, n, ch := rapid.IntRange(1, 40).Draw(t, "want"), avail(), newChunk()
				require.Equal(t, n > 0, s.Claim(ch, want, rapid.Bool().Draw(t, "eager")))
				if n > 0 {
					require.Equal(t, head, ch.Lo)
					require.Equal(t, min(want, max(n/share, want/8, 1), n), ch.N)
					head += len(indices(t, ch))
				}
			case 1:
				k, n, skipped, ch := rapid.IntRange(0, 9).Draw(t, "k"), avail(), newChunk(), newChunk()
				require.Equal(t, n > 0, s.ClaimAt(skipped, ch, k))
				if n > 0 {
					k = min(k, n-1)
					require.Len(t, indices(t, skipped), k)
					require.Equal(t, []int{head + k}, indices(t, ch))
					head += k + 1
				}
			case 2:
				if n := rapid.IntRange(0, head-delivered).Draw(t, "delivered"); n > 0 {
					delivered += n
					window.Delivered.Add(int64(n))
				}
			}
			require.Equal(t, avail(), s.Waiting())
			require.Equal(t, head, s.Taken())
			require.Equal(t, total, s.Total())
			require.Equal(t, head+avail() == total, s.Ended())
		}
		for ch := newChunk(); head < total; ch = newChunk() { // at the end the window is of no account
			want := rapid.IntRange(1, 9).Draw(t, "rest")
			require.True(t, s.Rest(ch, want))
			require.Equal(t, head, ch.Lo)
			require.Equal(t, min(want, total-head), ch.N)
			head += len(indices(t, ch))
		}
		require.False(t, s.Rest(newChunk(), 1))
		require.False(t, s.Claim(newChunk(), 1, true))
		require.False(t, s.ClaimAt(newChunk(), newChunk(), 0))
	})
}

// claimAll has containers claim from a source until it has nothing more, and returns how often
// each input was claimed. wait is called where there is nothing yet.
func claimAll(s intake.Source, total, containers int, wait func(), claimed func(n int)) []int {
	var mu sync.Mutex
	count := make([]int, total)
	note := func(ch *chunk.Chunk) {
		mu.Lock()
		defer mu.Unlock()
		for _, i := range typed.Of[int, int](ch).In {
			count[i]++
		}
	}
	var claiming sync.WaitGroup
	for c := range containers {
		claiming.Go(func() {
			for turn := c; ; turn++ {
				skipped, ch := newChunk(), newChunk()
				ok := false
				if turn%3 == 0 {
					ok = s.ClaimAt(skipped, ch, turn%5)
				} else {
					ok = s.Claim(ch, 1+turn%7, turn%2 == 0)
				}
				switch {
				case ok:
					note(skipped)
					note(ch)
					claimed(skipped.N + ch.N)
				case s.Ended() && s.Waiting() == 0:
					return
				default:
					wait()
				}
			}
		})
	}
	claiming.Wait()
	return count
}

// once is how often each input is to be claimed.
func once(total int) []int {
	count := make([]int, total)
	for i := range count {
		count[i] = 1
	}
	return count
}

func TestSliceGivesEachOnce(t *testing.T) {
	t.Parallel()
	const total = 20_000
	window := &intake.Window{Size: 50}
	s := intake.NewSlice(numbered(total), total, window, 3)
	count := claimAll(s, total, 4, func() {}, func(n int) { window.Delivered.Add(int64(n)) })
	require.Equal(t, once(total), count)
}
