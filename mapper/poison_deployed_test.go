package mapper_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// badCalls is calls to a deployed function, some of which crash whatever executes them.
type badCalls struct {
	name     string
	n        int
	every    time.Duration // between two calls; 0: all at once
	together bool          // none is executed before all are there
	poison   func(i int) bool
	dead     func(t time.Duration) bool // everything begun now crashes
	most     time.Duration              // that an innocent call waits
}

// TestInnocentCallsAreServed: whatever crashes beside it, a good call has its value, and soon. With -v it prints what
// innocents waited.
func TestInnocentCallsAreServed(t *testing.T) {
	t.Parallel()
	hour := 3600
	for _, s := range []badCalls{
		{name: "20 poison at the head of 1,000", n: 1000, together: true, poison: cluster(0, 20), most: 2 * time.Second},
		{name: "200 poison at the head of 1,000", n: 1000, together: true, poison: cluster(0, 200), most: 2 * time.Second},
		// 32 of them may have crashed before a good one is there: a crash loop, until the first canary, after 1 s to 2 s.
		{name: "200 poison, and 800 behind them", n: 1000, poison: cluster(0, 200), most: 4 * time.Second},
		{name: "poison for an hour, then good ones", n: hour + 100, every: time.Second, poison: cluster(0, hour), most: 31 * time.Second},
		{name: "an outage of 60 s, 10 calls a second", n: 1200, every: 100 * time.Millisecond, dead: func(t time.Duration) bool {
			return t > 10*time.Second && t < 70*time.Second
		}, most: 2 * time.Minute},
		{name: "one poison client among others", n: 1000, every: 100 * time.Millisecond, poison: func(i int) bool { return i%10 == 0 }, most: 2 * time.Second},
	} {
		for _, containers := range drawn(1, 8, 64) {
			t.Run(fmt.Sprintf("%s/%d", s.name, containers), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { s.play(t, containers) })
			})
		}
	}
}

func (s *badCalls) play(t *testing.T, containers int) {
	start := time.Now()
	there := make(chan struct{})
	if !s.together {
		close(there)
	}
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(ctx context.Context, i int) (int, error) {
		<-there
		begun := time.Since(start)
		if s.poison != nil && s.poison(i) || s.dead != nil && s.dead(begun) {
			panic(errCrash)
		}
		return i, during(ctx, time.Millisecond)
	}), mapper.Options{Containers: containers, Outstanding: s.n})
	require.NoError(t, err)
	waits := make([]time.Duration, s.n)
	calls := make([]*mapper.Call[int], s.n)
	for i := range calls {
		begun := time.Now()
		calls[i], err = f.Spawn(t.Context(), i)
		require.NoError(t, err)
		go func() {
			<-calls[i].Done()
			waits[i] = time.Since(begun)
		}()
		time.Sleep(s.every)
	}
	if s.together {
		close(there)
	}
	var innocent []time.Duration
	failed := 0
	for i, c := range calls {
		_, err := c.Get(t.Context())
		if s.poison != nil && s.poison(i) {
			require.ErrorIs(t, err, errCrash)
			failed++
			continue
		}
		require.NoError(t, err, "call %d", i)
		synctest.Wait()
		innocent = append(innocent, waits[i])
	}
	slices.Sort(innocent)
	n := len(innocent)
	t.Logf("%-38s %3d containers: innocents waited %v, %v, %v (p50, p99, most); %d poison failed, the last after %v, %d crashes",
		s.name, containers, innocent[n/2], innocent[n*99/100], innocent[n-1], failed, time.Since(start), f.Stats().Pool.Crashes)
	require.LessOrEqual(t, innocent[n-1], s.most)
	require.NoError(t, f.Stop(t.Context()))
}
