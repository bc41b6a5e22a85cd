package journal_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var kills = flag.Int("kills", 24, "how many processes TestKilled kills, in all")

// TestKilled kills a program at random moments, from its start to the end of Close, until it has
// come to an end by itself. No result that was delivered may be missing later or run again, none
// may be wrong, and in the end all of them are there.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, p := range []plan{
		{Form: "Collect", Inputs: 3000, Containers: 8, Work: 200 * time.Microsecond},
		{Form: "ordered", Inputs: 3000, Containers: 8, Work: 200 * time.Microsecond},
		{Form: "unordered", Inputs: 3000, Containers: 8, Work: 200 * time.Microsecond, NoSync: true},
		{Form: "batched", Inputs: 3000, Containers: 4, Work: 100 * time.Microsecond},
		{Form: "processes", Inputs: 3000, Containers: 2},
		// At an operation of the disk: in the middle of a commit, of a checkpoint, of Close. With large values there
		// are checkpoints while the run goes on.
		{Form: "Collect", Inputs: 3000, Containers: 4, Counts: true},
		{Form: "unordered", Inputs: 3000, Containers: 4, Pad: 10_000, Counts: true},
		// Mostly Open and Close. No life is long enough for a commit but the last, so that one input may be hit in
		// its own time in many lives one after the other: by chance, as if it were to blame.
		{Form: "ordered", Inputs: 20, Containers: 2, Work: time.Millisecond, Again: true},
	} {
		if p.Counts && (runtime.GOOS != "linux" || underRace) {
			continue
		}
		t.Run(fmt.Sprintf("%s %d %t", p.Form, p.Inputs, p.Counts), func(t *testing.T) {
			t.Parallel()
			left, twice, rounds := max(*kills/8, 1), 0, 0
			for left > 0 {
				rounds++
				n, again := p.killed(t, left)
				left -= n
				twice += again
			}
			t.Logf("%d kills in %d runs of %d inputs: %d ran again", *kills/8, rounds, p.Inputs, twice)
		})
	}
}

// killed is one run with all its lives, of which it kills at most so many.
func (p plan) killed(t *testing.T, most int) (kills, again int) {
	folder := t.TempDir()
	defer func() { require.NoError(t, os.RemoveAll(folder)) }() // a thousand of them would fill the memory that they are in
	p.Path = filepath.Join(folder, "undisturbed")
	began := time.Now()
	whole := p.live(t, 0)
	require.True(t, whole.ended, whole.err)
	span := time.Since(began)
	p.Path = filepath.Join(folder, "j")
	delivered, executed := map[int]bool{}, map[int]int{}
	for {
		kill := time.Duration(0)
		p.KillAt = 0
		switch {
		case kills >= most:
		case p.Counts:
			p.KillAt = 1 + rand.N(whole.operations)
		default:
			kill = 1 + rand.N(span)
		}
		l := p.live(t, kill)
		require.Empty(t, l.err)
		require.Empty(t, l.failed)
		for _, in := range l.executed {
			require.False(t, delivered[in], "input %d was delivered, and runs again", in)
			executed[in]++
		}
		for _, in := range l.delivered {
			delivered[in] = true
		}
		if l.ended {
			require.Len(t, l.delivered, p.Inputs)
			break
		}
		kills++
	}
	require.Len(t, delivered, p.Inputs)
	for _, n := range executed {
		again += n - 1
	}
	return kills, again
}

// TestKilledAtMostOnce kills a program whose inputs may be begun once: none is begun twice.
func TestKilledAtMostOnce(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"Collect", "unordered", "batched"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			for left := max(*kills/3, 1); left > 0; {
				left -= plan{Form: form, Inputs: 300, Containers: 4, Work: time.Millisecond, Once: true}.killedOnce(t, left)
			}
		})
	}
}

// killedOnce is one run with all its lives, of which it kills at most so many.
func (p plan) killedOnce(t *testing.T, most int) (kills int) {
	folder := t.TempDir()
	defer func() { require.NoError(t, os.RemoveAll(folder)) }()
	p.Path = filepath.Join(folder, "j")
	executed, delivered := map[int]bool{}, map[int]bool{}
	for ; ; kills++ {
		after := time.Duration(0)
		if kills < most {
			after = 1 + rand.N(100*time.Millisecond)
		}
		l := p.live(t, after)
		require.Empty(t, l.err)
		for _, in := range l.executed {
			require.False(t, executed[in], "input %d is begun again", in)
			executed[in] = true
		}
		for _, in := range l.delivered {
			delivered[in] = true
		}
		if !l.ended {
			continue
		}
		for in, why := range l.failed {
			require.False(t, delivered[in])
			require.Contains(t, why, "interrupted")
		}
		require.Len(t, l.delivered, p.Inputs-len(l.failed))
		return max(kills, 1)
	}
}
