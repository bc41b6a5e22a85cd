package intake_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/intake"
)

// TestClaimThatIsNotEager leaves a few for later while more are sure to come.
func TestClaimThatIsNotEager(t *testing.T) {
	t.Parallel()
	const window, share = 40, 2
	for name, c := range map[string]struct {
		waiting, want int
		eager, ended  bool
		n             int
	}{
		"all that it wants":   {8, 4, false, false, 4},
		"fewer":               {7, 4, false, false, 0},
		"fewer, but eager":    {7, 4, true, false, 3},
		"fewer, but the last": {7, 4, false, true, 3},
		"half of the window":  {20, 15, false, false, 10},
		"nothing":             {0, 4, true, true, 0},
		"one":                 {1, 4, true, false, 1},
	} {
		p := newPulled(window, share)
		pushed := func(n int) {
			for range n {
				require.True(t, p.Pushed())
			}
		}
		claim := func() {
			ch := newChunk()
			require.Equal(t, c.n > 0, p.Claim(ch, c.want, c.eager), name)
			require.Equal(t, c.n, ch.N, name)
			require.Equal(t, c.waiting-c.n, p.Waiting(), name)
		}
		p.Pull(numbered(window), func() bool {
			pushed(c.waiting)
			if !c.ended {
				claim()
			}
			return c.ended
		}, func(failure *intake.Panicked) { require.Nil(t, failure) })
		if c.ended {
			claim()
		}
	}
}

// TestIteratorInOrder drives a source and three counters alike.
func TestIteratorInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const most = 200
		size, share := rapid.IntRange(1, 20).Draw(t, "window"), rapid.IntRange(1, 4).Draw(t, "share")
		p := newPulled(size, share)
		head, tail, delivered := 0, 0, 0
		p.Pull(numbered(most), func() bool {
			for range rapid.IntRange(1, 80).Draw(t, "steps") {
				avail := tail - head
				switch rapid.IntRange(0, 3).Draw(t, "op") {
				case 0:
					if tail+1 < min(delivered+size, most) { // else it would wait
						require.Equal(t, tail, p.Next())
						require.True(t, p.Pushed())
						tail++
					}
				case 1:
					want, eager, ch := rapid.IntRange(1, 40).Draw(t, "want"), rapid.Bool().Draw(t, "eager"), newChunk()
					ok := avail > 0 && (eager || avail >= want*share || avail >= size/2)
					require.Equal(t, ok, p.Claim(ch, want, eager))
					if ok {
						require.Equal(t, head, ch.Lo)
						require.Equal(t, min(want, max(avail/share, want/8, 1), avail), ch.N)
						head += len(indices(t, ch))
					}
				case 2:
					k, skipped, ch := rapid.IntRange(0, 9).Draw(t, "k"), newChunk(), newChunk()
					require.Equal(t, avail > 0, p.ClaimAt(skipped, ch, k))
					if avail > 0 {
						k = min(k, avail-1)
						require.Len(t, indices(t, skipped), k)
						require.Equal(t, []int{head + k}, indices(t, ch))
						head += k + 1
					}
				case 3:
					n := rapid.IntRange(0, head-delivered).Draw(t, "delivered")
					delivered += n
					p.deliver(n)
				}
				require.Equal(t, tail-head, p.Waiting())
				require.Equal(t, tail, p.Taken())
				require.False(t, p.Ended())
			}
			return true
		}, func(failure *intake.Panicked) { p.ended <- failure })
		require.Nil(t, <-p.ended)
		require.True(t, p.Ended())
		require.Equal(t, tail, p.Total())
	})
}

// TestIteratorGivesEachOnce has containers claim while the puller pulls and the window is small.
func TestIteratorGivesEachOnce(t *testing.T) {
	t.Parallel()
	const total = 20_000
	p := newPulled(100, 1)
	go p.pull(upTo(total))
	count := claimAll(p, total, 4, runtime.Gosched, p.deliver)
	require.Nil(t, <-p.ended)
	require.Equal(t, once(total), count)
}
