package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// badScenario is bad inputs among good ones: which, how slow they are, and how they are run.
type badScenario struct {
	name   string
	n      int
	cut    bool // everything crashes, so that giving up is right
	opts   mapper.Options
	batch  int
	stream bool
	good   time.Duration // 0 means 1 ms
	bad    time.Duration
	poison func(i int) bool
	dead   func(t time.Duration) bool // everything begun now crashes
	leak   int                        // inputs that kill whatever executes them the first time: every leak-th
}

// hashed is poison at random: so many in a hundred.
func hashed(percent uint64) func(int) bool {
	return func(i int) bool {
		z := uint64(i)*0x9e3779b97f4a7c15 + 0x1234567
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		return (z^z>>27)%100 < percent
	}
}

func cluster(from, k int) func(int) bool { return func(i int) bool { return i >= from && i < from+k } }

func badScenarios() []badScenario {
	always := func(int) bool { return true }
	every := func(k int) func(int) bool { return func(i int) bool { return i%k == 0 } }
	outage := func(from, long time.Duration) func(time.Duration) bool {
		return func(t time.Duration) bool { return t > from && t < from+long }
	}
	return []badScenario{
		{name: "3 at the head", n: 1000, poison: cluster(0, 3)},
		{name: "20 from 1", n: 1000, poison: cluster(1, 20)},
		{name: "300 in the middle", n: 1000, poison: cluster(300, 300)},
		{name: "100 at the end", n: 1000, poison: cluster(900, 100)},
		{name: "half, at the head", n: 1000, poison: cluster(0, 500)},
		{name: "every second", n: 2000, poison: every(2)},
		{name: "30 % at random", n: 2000, poison: hashed(30)},
		{name: "80 % at random", n: 2000, poison: hashed(80)},
		{name: "90 % at random", n: 2000, poison: hashed(90)},
		{name: "slow innocents", n: 200, good: time.Minute, poison: cluster(1, 20)},
		{name: "slow poison", n: 1000, bad: 10 * time.Second, poison: cluster(1, 20)},
		{name: "batches of 10, 10 % at random", n: 2000, batch: 10, poison: hashed(10)},
		{name: "stream, 20 from 1", n: 1000, stream: true, poison: cluster(1, 20)},
		{name: "AtMostOnce, 40 from 10", n: 1000, opts: mapper.Options{AtMostOnce: true}, poison: cluster(10, 40)},
		{name: "a leak kills each 100th", n: 2000, leak: 100},
		{name: "an outage of 5 s", n: 20000, good: 10 * time.Millisecond, dead: outage(50*time.Millisecond, 5*time.Second)},
		{name: "everything crashes", n: 5000, cut: true, poison: always},
		{name: "everything crashes after 500", n: 5000, cut: true, poison: func(i int) bool { return i >= 500 }, opts: mapper.Options{Outstanding: 1000}},
		{name: "everything, slowly", n: 2000, cut: true, bad: 10 * time.Second, poison: always},
	}
}

// badOutcome is what came of a scenario.
type badOutcome struct {
	took                      time.Duration
	crashes, failed, innocent int
	rule                      policy.Rule
}

// TestBadInputsAreNotABadFunction plays every scenario in virtual time with 1 to 1,000 goroutine containers: the bad
// inputs fail, no innocent does, and a run gives up only where nothing works. With -v it prints the table.
func TestBadInputsAreNotABadFunction(t *testing.T) {
	t.Parallel()
	for _, s := range badScenarios() {
		for _, containers := range drawn(1, 2, 8, 64, 1000) {
			t.Run(fmt.Sprintf("%s/%d", s.name, containers), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					o := s.play(t, containers)
					t.Logf("%-30s %5d  %12v  crashes %5d  failed %4d  innocent %d  %v", s.name, containers, o.took, o.crashes, o.failed, o.innocent, o.rule)
					require.Zero(t, o.innocent)
					if s.cut {
						require.NotZero(t, o.rule)
					} else {
						require.Zero(t, o.rule)
					}
				})
			})
		}
	}
}

func (s *badScenario) isPoison(i int) bool { return s.poison != nil && s.poison(i) }

func (s *badScenario) play(t *testing.T, containers int) (o badOutcome) {
	start := time.Now()
	killed := make([]bool, s.n)
	execute := func(ctx context.Context, inputs ...int) error {
		begun := time.Since(start)
		for _, i := range inputs {
			leaks := s.leak > 0 && i%s.leak == s.leak-1 && !killed[i]
			if leaks {
				killed[i] = true
			}
			if leaks || s.isPoison(i) || s.dead != nil && s.dead(begun) {
				_ = during(ctx, s.bad+10*time.Microsecond)
				panic(errCrash)
			}
			if err := during(ctx, max(s.good, time.Millisecond)); err != nil {
				return err
			}
		}
		return nil
	}
	opts := s.opts
	opts.Containers, opts.ReturnExceptions = containers, true
	opts.Observer = supervisor.ObserverFunc(func(ev supervisor.Event) {
		if ev.Kind == supervisor.ContainerCrashed {
			o.crashes++
		}
	})
	for i, err := range s.run(t.Context(), execute, opts) {
		cut, ended := errors.AsType[*supervisor.CutoffError](err)
		switch {
		case ended:
			o.rule = cut.Rule
		case err != nil:
			require.ErrorIs(t, err, errCrash)
			o.failed++
			if !s.isPoison(i) {
				o.innocent++
			}
		}
	}
	o.took = time.Since(start)
	return o
}

// run yields what became of each input.
func (s *badScenario) run(ctx context.Context, execute func(context.Context, ...int) error, opts mapper.Options) iter.Seq2[int, error] {
	inputs := slices.Values(ints(s.n))
	return func(yield func(int, error) bool) {
		if s.stream {
			one := func(ctx context.Context, i int) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) { yield(i, execute(ctx, i)) }
			}
			for r := range mapper.Stream(ctx, one, inputs, opts) {
				if !yield(r.Index, r.Err) {
					return
				}
			}
			return
		}
		body := mapper.Plain(func(ctx context.Context, i int) (int, error) { return i, execute(ctx, i) })
		if s.batch > 0 {
			body = mapper.Batched(func(ctx context.Context, in []int) ([]int, error) { return in, execute(ctx, in...) }, mapper.Batch{Size: s.batch})
		}
		run, err := body.Start(ctx, inputs, opts)
		if err != nil {
			panic(err)
		}
		for r := range run.All() {
			if !yield(r.Index, r.Err) {
				return
			}
		}
	}
}
