package backlog_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

var prober = backlog.Taker{Lineage: 9, Others: 3, Alone: true, Probe: true}

// TestProbesAreDrawnFromAll: what was given back and what is still in the source. Of 12 inputs
// one is missing after 1,000 draws once in 10^37 times.
func TestProbesAreDrawnFromAll(t *testing.T) {
	t.Parallel()
	const draws = 1000
	r := newRoom(12)
	a, b := r.claim(3), r.claim(2)
	r.Return(a)
	r.Return(r.claim(2)) // 5 and 6: between b, which is out, and the source
	seen := map[int]int{}
	for range draws {
		ch := r.Take(prober, 1).Chunk
		seen[ch.Lo]++
		require.Equal(t, ch.Lo, typed.Of[int, int](ch).In[0])
		r.Return(ch)
	}
	require.Len(t, seen, 10)
	require.NotContains(t, seen, b.Lo)
	for i, n := range seen { // each a tenth: 100 on average, and 9 is its standard deviation
		require.InDelta(t, draws/10, n, 90, "input %d", i)
	}
}

// TestProbesInTurn are of what was given back, the lowest first: what is in the source is for others to claim. Meanwhile nothing
// else is for whoever needs a probe, or a worker would look for ever.
func TestProbesInTurn(t *testing.T) {
	t.Parallel()
	r := newRoom(4, func(cfg *backlog.Config) { cfg.Lowest, cfg.InTurn = true, true })
	a, b := r.claim(1), r.claim(1)
	retry := r.claim(1).Untried(0)
	r.Again(retry)
	require.True(t, r.For(backlog.Taker{Lineage: 9}))
	for _, alone := range []bool{true, false} {
		who := prober
		who.Alone = alone
		require.Zero(t, r.Take(who, 1))
		require.False(t, r.For(who))
		require.False(t, r.UrgentFor(who))
	}
	r.Return(b)
	r.Return(a)
	require.Equal(t, 0, r.Take(prober, 1).Chunk.Lo)
	require.Equal(t, 1, r.Take(prober, 1).Chunk.Lo)
	require.True(t, r.InReach())
	require.Nil(t, r.Take(prober, 1).Chunk)
	require.Equal(t, 3, r.claim(1).Lo)
	require.Same(t, retry, r.Take(prober, 1).Chunk.Task, "nothing fresh is left")
}

// TestProbesInTurnOfASourceThatChanges: whichever look at the source finds nothing, since others have claimed and more is pulled
// right after, nothing of it is claimed without a turn.
func TestProbesInTurnOfASourceThatChanges(t *testing.T) {
	t.Parallel()
	for empty := range 4 {
		looks, none := 0, newRoom(0)
		var r *room
		r = newRoom(4, func(cfg *backlog.Config) {
			cfg.Lowest, cfg.InTurn = true, true
			cfg.Source = func() intake.Source {
				looks++
				if looks-1 == empty {
					return none.source
				}
				return r.source
			}
		})
		require.Nil(t, r.Take(prober, 1).Chunk, "look %d", empty)
	}
}

// TestProbesTakeEachOnce until nothing fresh is left.
func TestProbesTakeEachOnce(t *testing.T) {
	t.Parallel()
	const total = 500
	r := newRoom(total)
	r.Return(r.claim(100))
	seen := map[int]bool{}
	for range total {
		require.True(t, r.InReach())
		ch := r.Take(prober, 1).Chunk
		require.Equal(t, 1, ch.N)
		require.False(t, seen[ch.Lo])
		seen[ch.Lo] = true
	}
	require.False(t, r.InReach())
	require.Zero(t, r.Inputs())
	require.Equal(t, "nothing", say(r.Take(prober, 1)))
}

// TestManyProbesCutLittle has probes of a million inputs: what they leave is not in more than
// 1,024 pieces, one more for the last cut, and none of it is lost.
func TestManyProbesCutLittle(t *testing.T) {
	t.Parallel()
	const total, probes = 1 << 20, 4000
	r := newRoom(total)
	for range probes {
		require.Equal(t, 1, r.Take(prober, 1).Chunk.N)
	}
	given := r.Inputs()
	_, pieces := r.Unsettled()
	require.LessOrEqual(t, len(pieces), 1025)
	require.Greater(t, len(pieces), 1000, "and it does cut them")
	left := 0
	for _, ch := range pieces {
		left += ch.N
	}
	require.Equal(t, given, left)
	require.Equal(t, total-probes, left+r.source.Waiting())
}

// TestProbesOfManyPieces: from 1,024 on none is cut any more, nor is one made of what is left in
// the source: a probe is the first input of any of them.
func TestProbesOfManyPieces(t *testing.T) {
	t.Parallel()
	const pieces = 1024
	r := newRoom(1 << 16)
	first := map[int]bool{}
	for range pieces {
		ch := r.claim(3)
		first[ch.Lo] = true
		r.Return(ch)
		r.claim(1)
	}
	for range 200 {
		ch := r.Take(prober, 1).Chunk
		if ch.Lo < 4*pieces {
			require.True(t, first[ch.Lo], "input %d stands in the middle of a piece", ch.Lo)
			first[ch.Lo+1] = true
		} else {
			require.Equal(t, r.source.Taken()-1, ch.Lo, "others were skipped")
		}
	}
	_, left := r.Unsettled()
	require.LessOrEqual(t, len(left), pieces)
}

// TestBacklogUnderWay has containers take, crash, fail and give back at the same time, until each
// input has succeeded once.
func TestBacklogUnderWay(t *testing.T) {
	t.Parallel()
	const total, containers = 2000, 4
	r := newRoom(total, func(cfg *backlog.Config) { cfg.Limit = 100 })
	defer r.Stop()
	var mu sync.Mutex
	tries, succeeded := make([]int, total), make([]int, total)
	left := total
	succeed := func(i int) {
		mu.Lock()
		defer mu.Unlock()
		succeeded[i]++
		left--
	}
	over := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return left <= 0
	}
	try := func(i int) int {
		mu.Lock()
		defer mu.Unlock()
		tries[i]++
		return tries[i]
	}
	execute := func(c int, ch *chunk.Chunk) {
		if ch.N > 1 {
			r.Return(r.split(ch, 1))
		}
		begun, task := r.now(), ch.Task
		switch n := try(ch.Lo); {
		case n == 1 && ch.Lo%3 == 0:
			r.Return(ch)
			return
		case n <= 2 && ch.Lo%5 == 0:
			task = ch.TaskOf(0)
			if !r.Crash(task, backlog.Crash{Lineage: c}) {
				r.Rerun(task)
			}
			return
		case n <= 2 && ch.Lo%7 == 0:
			r.Retry(ch.TaskOf(0), r.now())
		case n <= 2 && ch.Lo%11 == 0:
			r.Again(ch.TaskOf(0))
		default:
			if task != nil {
				r.Cleared(task)
			}
			succeed(ch.Lo)
		}
		r.control.Finished(begun)
	}
	var working sync.WaitGroup
	for c := range containers {
		working.Go(func() {
			for turn := 0; !over(); turn++ {
				who := backlog.Taker{Lineage: c, Others: containers - 1, Alone: true, Probe: turn%4 == 0}
				if ch := r.Take(who, 1+turn%5).Chunk; ch != nil {
					execute(c, ch)
				} else if ch := r.claim(1 + turn%5); ch.N > 0 {
					execute(c, ch)
				}
			}
		})
	}
	working.Wait()
	for i, n := range succeeded {
		require.Equal(t, 1, n, "input %d", i)
	}
	require.Zero(t, r.Inputs())
	require.Zero(t, r.Count())
	require.False(t, r.Any())
}
