package chunk_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

func TestRingDeliversInOrder(t *testing.T) {
	t.Parallel()
	r := chunk.NewRing(8)
	require.Nil(t, r.Pop())
	require.False(t, r.Waiting())
	a, b, c := &chunk.Chunk{Lo: 0, N: 3}, &chunk.Chunk{Lo: 3, N: 1}, &chunk.Chunk{Lo: 4, N: 4}
	require.False(t, r.Put(c), "the emitter waits for another one")
	require.False(t, r.Put(b))
	require.False(t, r.Waiting())
	require.Nil(t, r.Pop())
	require.True(t, r.Put(a))
	require.True(t, r.Waiting())
	for _, want := range []*chunk.Chunk{a, b, c} {
		require.Same(t, want, r.Pop())
	}
	require.Nil(t, r.Pop())
	again := &chunk.Chunk{Lo: 8, N: 1}
	require.True(t, r.Put(again), "the same slot, a round later")
	require.Same(t, again, r.Pop())
}

func TestRingSkips(t *testing.T) {
	t.Parallel()
	r := chunk.NewRing(16)
	a, b := &chunk.Chunk{Lo: 3, N: 2}, &chunk.Chunk{Lo: 9, N: 1}
	r.Put(b)
	r.Put(a)
	require.Nil(t, r.Skip(3), "nothing is there below the limit")
	require.Same(t, a, r.Skip(4))
	require.Nil(t, r.Skip(9))
	require.Same(t, b, r.Skip(16))
	require.Nil(t, r.Skip(16))
}

// TestQueuesDeliverEachOnce hands over all chunks of a run in any order, at most a window ahead
// of what is delivered, and gives up waiting for some.
func TestQueuesDeliverEachOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		window := rapid.IntRange(1, 40).Draw(t, "window")
		ordered := rapid.Bool().Draw(t, "ordered")
		var queue chunk.Queue = &chunk.Completions{}
		if ordered {
			queue = chunk.NewRing(window)
		}
		var out []*chunk.Chunk // in the hands of containers
		var in []*chunk.Chunk  // in the queue, in the order of their coming
		next, delivered := 0, 0
		deliver := func(ch *chunk.Chunk) {
			require.Same(t, in[0], ch)
			in, delivered = in[1:], delivered+ch.N
		}
		headIsIn := func() bool { return len(in) > 0 && (!ordered || in[0].Lo == delivered) }
		sort := func() {
			if ordered {
				slices.SortFunc(in, func(a, b *chunk.Chunk) int { return a.Lo - b.Lo })
			}
		}
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "op") {
			case 0:
				if n := min(rapid.IntRange(1, 8).Draw(t, "n"), delivered+window-next); n > 0 {
					out = append(out, &chunk.Chunk{Lo: next, N: n})
					next += n
				}
			case 1:
				if len(out) > 0 {
					at := rapid.IntRange(0, len(out)-1).Draw(t, "at")
					ch := out[at]
					out = slices.Delete(out, at, at+1)
					require.Equal(t, !ordered || ch.Lo == delivered, queue.Put(ch))
					in = append(in, ch)
					sort()
				}
			case 2:
				waiting := headIsIn()
				require.Equal(t, waiting, queue.Waiting())
				if ch := queue.Pop(); waiting {
					deliver(ch)
				} else {
					require.Nil(t, ch)
				}
			}
		}
		for len(in) > 0 { // the run is over, and what is out does not come any more
			deliver(queue.Skip(next))
			delivered = max(delivered, 0)
		}
		require.Nil(t, queue.Skip(next))
	})
}

// TestQueuesUnderWay has several hand over while one takes.
func TestQueuesUnderWay(t *testing.T) {
	t.Parallel()
	const inputs, containers = 20_000, 3
	for name, queue := range map[string]chunk.Queue{"ring": chunk.NewRing(inputs), "completions": &chunk.Completions{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			next := 0
			claim := func() *chunk.Chunk {
				mu.Lock()
				defer mu.Unlock()
				ch := &chunk.Chunk{Lo: next, N: min(1+rand.IntN(7), inputs-next)}
				next += ch.N
				return ch
			}
			news := make(chan struct{}, 1)
			var working sync.WaitGroup
			for range containers {
				working.Go(func() {
					for ch := claim(); ch.N > 0; ch = claim() {
						if queue.Put(ch) {
							select {
							case news <- struct{}{}:
							default:
							}
						}
					}
				})
			}
			seen := make([]bool, inputs)
			for delivered, last := 0, 0; delivered < inputs; {
				ch := queue.Pop()
				if ch == nil {
					<-news // Put says when: else this test does not end
					continue
				}
				if name == "ring" {
					require.Equal(t, last, ch.Lo)
				}
				for i := range ch.N {
					require.False(t, seen[ch.Lo+i])
					seen[ch.Lo+i] = true
				}
				delivered, last = delivered+ch.N, ch.Lo+ch.N
			}
			working.Wait()
			require.False(t, queue.Waiting())
		})
	}
}
