package intake_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/intake"
)

// TestResumed: known inputs come first, each kind in its order, every input once, and no more at a time than the
// window allows.
func TestResumed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SliceOfN(rapid.Bool(), 0, 300).Draw(t, "known")
		var want []int
		for _, first := range []bool{true, false} {
			for i, k := range known {
				if k == first {
					want = append(want, i)
				}
			}
		}
		window := &intake.Window{Size: rapid.SampledFrom([]int{1, 5, 100, math.MaxInt}).Draw(t, "window")}
		share := rapid.IntRange(1, 4).Draw(t, "share")
		s := intake.NewSlice(numbered(len(known)), len(known), window, share).Resumed(func(lo, n int) (same int, yes bool) {
			for same = 1; same < n && known[lo+same] == known[lo]; same++ {
			}
			return same, known[lo]
		})
		require.Equal(t, len(known), s.Total())
		var got []int
		claim := s.Claim
		if rapid.Bool().Draw(t, "ended") {
			claim = nil
		}
		for turn := 0; ; turn++ {
			ch := newChunk()
			ok := false
			switch n := rapid.IntRange(1, 80).Draw(t, "n"); {
			case claim == nil:
				ok = s.Rest(ch, n)
			case turn%7 == 6:
				ok = s.ClaimAt(newChunk(), ch, n)
				require.LessOrEqual(t, ch.N, 1)
			default:
				ok = claim(ch, n, turn%2 == 0)
			}
			if !ok {
				break
			}
			for _, i := range indices(t, ch) {
				require.Equal(t, known[ch.Lo], known[i], "they are alike")
				got = append(got, i)
			}
			require.Equal(t, len(got), s.Taken())
			if claim != nil {
				require.LessOrEqual(t, len(got)-int(window.Delivered.Load()), window.Size)
				if s.Waiting() == 0 {
					window.Delivered.Add(int64(rapid.IntRange(1, min(window.Size, len(got)-int(window.Delivered.Load()))).Draw(t, "delivered")))
				}
			}
		}
		require.Equal(t, want, got)
	})
}
