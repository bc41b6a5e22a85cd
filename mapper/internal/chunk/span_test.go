package chunk_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

func half(begun, end int) int { return begun + (end-begun)/2 }

func TestSpan(t *testing.T) {
	t.Parallel()
	var s chunk.Span
	_, _, ok := s.Shrink(half)
	require.False(t, ok, "the zero value has nothing")
	s.Set(0, 10)
	i, end := chunk.Next[int](&s, 1)
	require.Equal(t, [2]int{0, 10}, [2]int{i, end})
	i, end = chunk.Next[int](&s, 4)
	require.Equal(t, [2]int{1, 10}, [2]int{i, end})
	mid, end, ok := s.Shrink(half)
	require.True(t, ok)
	require.Equal(t, [2]int{7, 10}, [2]int{mid, end})
	begun, end := s.Get()
	require.Equal(t, [2]int{5, 7}, [2]int{begun, end})
	begun, end = s.Freeze(6, 6)
	require.Equal(t, [2]int{5, 7}, [2]int{begun, end})
	i, end = chunk.Next[int](&s, 1)
	require.GreaterOrEqual(t, i, end, "nothing begins any more")
	_, _, ok = s.Shrink(half)
	require.False(t, ok)
}

// TestOwnerBeginsWhileTheEndMoves: what it begins meanwhile is its own.
func TestOwnerBeginsWhileTheEndMoves(t *testing.T) {
	t.Parallel()
	var s chunk.Span
	s.Set(0, 4)
	begun := 0
	mid, end, ok := s.Shrink(func(at, end int) int {
		require.Equal(t, begun, at)
		if begun < 3 {
			chunk.Next[int](&s, 1)
			begun++
		}
		return at
	})
	require.True(t, ok)
	require.Equal(t, [2]int{3, 4}, [2]int{mid, end})
	i, end := chunk.Next[int](&s, 1)
	require.Equal(t, [2]int{3, 3}, [2]int{i, end})
}

// TestSpanIsTwoNumbers drives a span and two plain numbers alike.
func TestSpanIsTwoNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s chunk.Span
		begun, end := 0, rapid.IntRange(0, 1<<20).Draw(t, "inputs")
		s.Set(begun, end)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "op") {
			case 0:
				n := rapid.IntRange(1, 4).Draw(t, "n")
				i, e := chunk.Next[int](&s, n)
				require.Equal(t, [2]int{begun, end}, [2]int{i, e})
				begun += n
			case 1:
				part := rapid.IntRange(0, 1<<20).Draw(t, "part")
				mid, e, ok := s.Shrink(func(b, e int) int {
					require.Equal(t, [2]int{begun, end}, [2]int{b, e})
					return b + part%(e-b)
				})
				require.Equal(t, begun < end, ok)
				if ok {
					require.Equal(t, end, e)
					end = mid
				}
			case 2:
				if rapid.IntRange(0, 9).Draw(t, "freeze") > 0 {
					continue
				}
				b, e := s.Freeze(begun, begun)
				require.Equal(t, [2]int{begun, end}, [2]int{b, e})
				end = begun
			}
			b, e := s.Get()
			require.Equal(t, [2]int{begun, end}, [2]int{b, e})
		}
	})
}

// TestSpanGivesEachOnce has the owner begin inputs while others take the back away, and at last
// one the rest: each input is had by exactly one of them.
func TestSpanGivesEachOnce(t *testing.T) {
	t.Parallel()
	const inputs, thieves = 500, 2
	for round := range 200 {
		var s chunk.Span
		s.Set(0, inputs)
		had := make([][]int, thieves+2)
		have := func(who, lo, hi int) {
			for i := lo; i < hi; i++ {
				had[who] = append(had[who], i)
			}
		}
		var playing sync.WaitGroup
		playing.Go(func() {
			for {
				lease := 1 + round%4
				i, end := chunk.Next[int](&s, lease)
				if i >= end {
					return
				}
				have(0, i, min(i+lease, end))
			}
		})
		for thief := range thieves {
			playing.Go(func() {
				for {
					mid, end, ok := s.Shrink(half)
					if !ok {
						return
					}
					have(1+thief, mid, end)
					runtime.Gosched()
				}
			})
		}
		playing.Go(func() {
			for range rand.IntN(20) {
				runtime.Gosched()
			}
			begun, end := s.Freeze(0, 0)
			have(thieves+1, begun, end)
		})
		playing.Wait()
		count := make([]int, inputs)
		for _, list := range had {
			for _, i := range list {
				count[i]++
			}
		}
		for i, n := range count {
			require.Equal(t, 1, n, "round %d: input %d", round, i)
		}
	}
}
