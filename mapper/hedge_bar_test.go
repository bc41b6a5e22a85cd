package mapper_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// tailed is a run of 10,000 inputs in 64 containers, one of a hundred of which takes some hundred milliseconds.
type tailed struct {
	mu    sync.Mutex
	own   bool  // it is the input that is slow, and not the attempt
	tried []int // attempts of each input
	begun []time.Time
	took  []time.Duration // from the first begin to the first success
	busy  time.Duration
	now   int
	most  int // attempts at once

	whole  time.Duration
	hedges int
}

func (p *tailed) begin(i int) (took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now++
	p.most = max(p.most, p.now)
	if p.begun[i].IsZero() {
		p.begun[i] = time.Now()
	}
	p.tried[i]++
	// What an attempt draws is its own: in the order in which attempts begin, which is another in each run, it would be luck
	// how many inputs are slow twice.
	rng := rand.New(rand.NewPCG(uint64(i), uint64(p.tried[i])))
	slow := rng.IntN(100) == 0
	if p.own {
		slow = i%100 == 50
	}
	if slow {
		return 300*ms + time.Duration(rng.IntN(int(400*ms)))
	}
	return 5*ms + time.Duration(rng.IntN(int(12*ms)))
}

func (p *tailed) call(ctx context.Context, i int) (int, error) {
	began := time.Now()
	err := during(ctx, p.begin(i))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now--
	p.busy += time.Since(began)
	if err == nil && p.took[i] == 0 {
		p.took[i] = time.Since(p.begun[i])
	}
	return i, err
}

// p999 is how long a thousandth of the inputs takes at least.
func (p *tailed) p999() time.Duration {
	slices.Sort(p.took)
	return p.took[len(p.took)*999/1000]
}

func playTailed(t *testing.T, own bool, hedge policy.Hedge) *tailed {
	const inputs = 10_000
	p := &tailed{own: own, tried: make([]int, inputs), begun: make([]time.Time, inputs), took: make([]time.Duration, inputs)}
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		run, err := mapper.Start(t.Context(), p.call, slices.Values(ints(inputs)), mapper.Options{
			Containers: 64, Unordered: true, Hedge: hedge,
		})
		require.NoError(t, err)
		for r := range run.All() {
			require.NoError(t, r.Err)
		}
		p.whole, p.hedges = time.Since(begin), run.Stats().Hedges
	})
	return p
}

// TestHedgeTail: second attempts at the 95 % quantile cut the tail and the time of the whole, for a twentieth more of attempts
// and never in more containers. Where the input itself is slow they are in vain, and cost as little.
func TestHedgeTail(t *testing.T) {
	t.Parallel()
	plain, hedged := playTailed(t, false, policy.Hedge{}), playTailed(t, false, policy.Hedge{Quantile: 0.95})
	require.Greater(t, plain.p999(), 600*ms)
	require.LessOrEqual(t, hedged.p999(), 35*ms)
	require.Less(t, hedged.whole, plain.whole*69/100)
	require.LessOrEqual(t, hedged.hedges, 10_000*5/100)
	require.LessOrEqual(t, hedged.most, 64)
	plain, hedged = playTailed(t, true, policy.Hedge{}), playTailed(t, true, policy.Hedge{Quantile: 0.95})
	require.Less(t, hedged.busy, plain.busy*106/100)
	require.LessOrEqual(t, hedged.most, 64)
}
