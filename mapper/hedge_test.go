package mapper_test

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// script is what the attempts of each input do, in the order of their begins.
type script struct {
	mu     sync.Mutex
	begin  time.Time
	begins map[int][]time.Duration
	most   int // attempts at once
	now    int
	causes []error // of contexts that ended
	plan   func(input, attempt int) (time.Duration, error)
}

func scripted(plan func(input, attempt int) (time.Duration, error)) *script {
	return &script{begin: time.Now(), begins: map[int][]time.Duration{}, plan: plan}
}

func (s *script) call(ctx context.Context, i int) (int, error) {
	s.mu.Lock()
	took, err := s.plan(i, len(s.begins[i]))
	s.begins[i] = append(s.begins[i], time.Since(s.begin))
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	ended := during(ctx, took)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
	if ended != nil {
		s.causes = append(s.causes, context.Cause(ctx))
		return 0, ended
	}
	return i, err
}

// begun is when the attempts of an input began.
func (s *script) begun(input int) []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.begins[input])
}

func TestHedgeWins(t *testing.T) {
	for _, timeout := range []time.Duration{0, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := scripted(func(_, attempt int) (time.Duration, error) {
				return []time.Duration{time.Second, 10 * time.Millisecond}[attempt], nil
			})
			var hedged []supervisor.Event
			run, err := mapper.Start(t.Context(), s.call, slices.Values(ints(1)), mapper.Options{
				Containers: 2, Timeout: timeout, Hedge: policy.Hedge{After: 20 * time.Millisecond},
				Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
					if ev.Kind == supervisor.InputHedged {
						hedged = append(hedged, ev)
					}
				}),
			})
			require.NoError(t, err)
			all := slices.Collect(run.All())
			require.Equal(t, []result{{Index: 0, Input: 0, Value: 0, Attempts: 2}}, all)
			require.Equal(t, 30*time.Millisecond, time.Since(s.begin))
			require.Equal(t, []error{mapper.ErrHedged}, s.causes)
			require.Equal(t, 1, run.Stats().Hedges)
			require.Equal(t, 1, run.Stats().HedgesWon)
			require.Equal(t, 1, run.Stats().Succeeded)
			require.Len(t, hedged, 1)
			require.Zero(t, hedged[0].Input)
			require.Equal(t, 2, hedged[0].Attempt)
		})
	}
}

// TestHedgeFailures: a failure decides nothing while the other attempt runs, and both failed is one retry.
func TestHedgeFailures(t *testing.T) {
	type act struct {
		took time.Duration
		err  error
	}
	for name, c := range map[string]struct {
		acts    []act
		retries int
		err     error
		took    time.Duration
		begins  []time.Duration
	}{
		"the first fails, the second succeeds": {[]act{{30 * ms, errBad}, {20 * ms, nil}}, 0, nil, 40 * ms, []time.Duration{0, 20 * ms}},
		"the second fails first":               {[]act{{60 * ms, nil}, {10 * ms, errBad}}, 0, nil, 60 * ms, []time.Duration{0, 20 * ms}},
		"both fail":                            {[]act{{30 * ms, errBad}, {20 * ms, errBad}}, 0, errBad, 40 * ms, []time.Duration{0, 20 * ms}},
		"both fail, and it is tried again": {
			[]act{{30 * ms, errBad}, {20 * ms, errBad}, {50 * ms, nil}}, 1, nil, 1090 * ms, []time.Duration{0, 20 * ms, 1040 * ms},
		},
		"fails before its time": {[]act{{10 * ms, errBad}, {50 * ms, nil}, {5 * ms, nil}}, 1, nil, 1035 * ms, []time.Duration{0, 1010 * ms, 1030 * ms}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scripted(func(_, attempt int) (time.Duration, error) { return c.acts[attempt].took, c.acts[attempt].err })
				run, err := mapper.Start(t.Context(), s.call, slices.Values(ints(1)), mapper.Options{
					Containers: 2, ReturnExceptions: true, Retries: policy.FixedRetries(c.retries), Hedge: policy.Hedge{After: 20 * ms},
				})
				require.NoError(t, err)
				all := slices.Collect(run.All())
				require.Equal(t, []result{{Err: c.err, Attempts: len(c.begins)}}, all)
				require.Equal(t, c.took, time.Since(s.begin))
				require.Equal(t, c.begins, s.begins[0])
				require.Equal(t, c.retries, run.Stats().Retries)
				require.Equal(t, 1, run.Stats().Hedges, "once an input")
			})
		})
	}
}

// TestHedgeCrash: a crash is charged, and decides nothing while the other attempt runs.
func TestHedgeCrash(t *testing.T) {
	for limit, ok := range map[int]bool{1: false, 2: true} {
		synctest.Test(t, func(t *testing.T) {
			var n atomic.Int32
			fn := func(ctx context.Context, i int) (int, error) {
				if i == 0 && n.Add(1) == 1 {
					time.Sleep(30 * time.Millisecond)
					panic("boom")
				}
				return i, during(ctx, 200*time.Millisecond)
			}
			run, err := mapper.Start(t.Context(), fn, slices.Values(ints(2)), mapper.Options{
				Containers: 3, ReturnExceptions: true, CrashLimit: limit, Hedge: policy.Hedge{After: 20 * time.Millisecond},
			})
			require.NoError(t, err)
			begin := time.Now()
			all := slices.Collect(run.All())
			require.Equal(t, ok, all[0].Err == nil, "%v", all[0].Err)
			require.NoError(t, all[1].Err)
			require.Equal(t, 2, all[0].Attempts)
			if ok {
				require.Equal(t, 220*time.Millisecond, time.Since(begin))
			} else {
				require.Equal(t, 200*time.Millisecond, time.Since(begin))
			}
		})
	}
}

// TestHedgeQuantile: from the 100th success on, the slow ones are hedged, and not before.
func TestHedgeQuantile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(func(i, attempt int) (time.Duration, error) {
			if (i == 50 || i == 150) && attempt == 0 {
				return time.Second, nil
			}
			return 10 * time.Millisecond, nil
		})
		run, err := mapper.Start(t.Context(), s.call, slices.Values(ints(200)), mapper.Options{
			Containers: 4, Hedge: policy.Hedge{Quantile: 0.98},
		})
		require.NoError(t, err)
		require.Len(t, slices.Collect(run.All()), 200)
		require.Len(t, s.begins[50], 1)
		require.Len(t, s.begins[150], 2)
		require.Equal(t, 1, run.Stats().HedgesWon)
		require.LessOrEqual(t, s.most, 4)
	})
}

// TestHedgeCalls: a call is hedged like an input, and one that is withdrawn ends both its attempts.
func TestHedgeCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(func(i, attempt int) (time.Duration, error) {
			if i == 1 || attempt == 0 {
				return time.Hour, nil
			}
			return 10 * time.Millisecond, nil
		})
		f := deploy(t, mapper.Plain(s.call), mapper.Options{Containers: 4, Hedge: policy.Hedge{After: 20 * time.Millisecond}})
		v, err := f.Call(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, 30*time.Millisecond, time.Since(s.begin))
		c, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Len(t, s.begins[1], 2)
		c.Cancel()
		synctest.Wait()
		require.Zero(t, s.now)
		_, err = c.Get(t.Context())
		require.ErrorIs(t, err, mapper.ErrCancelled)
		v, err = f.Call(t.Context(), 8)
		require.NoError(t, err)
		require.Equal(t, 8, v)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestHedgeAtRandom: whatever fails, crashes and takes its time, each input is settled once.
func TestHedgeAtRandom(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			fn := func(ctx context.Context, i int) (int, error) {
				mu.Lock()
				took, dies, fails := time.Duration(rng.IntN(40))*time.Millisecond, rng.IntN(40) == 0, rng.IntN(6) == 0
				mu.Unlock()
				if err := during(ctx, took); err != nil {
					return 0, err
				}
				switch {
				case dies:
					panic("boom")
				case fails:
					return 0, errBad
				}
				return i, nil
			}
			opts := mapper.Options{
				Containers: 1 + rng.IntN(6), ReturnExceptions: true, Unordered: rng.IntN(2) == 0,
				Retries: policy.Retries{MaxRetries: rng.IntN(3), InitialDelay: time.Millisecond},
				Hedge:   policy.Hedge{After: time.Duration(1+rng.IntN(30)) * time.Millisecond, Budget: rng.Float64()},
			}
			if rng.IntN(2) == 0 {
				opts.Timeout = 35 * time.Millisecond
			}
			if rng.IntN(3) == 0 {
				opts.MaxInputs = 3
			}
			ctx, cancel := context.WithCancel(t.Context())
			if rng.IntN(3) == 0 {
				time.AfterFunc(time.Duration(rng.IntN(500))*time.Millisecond, cancel)
			}
			defer cancel()
			run, err := mapper.Start(ctx, fn, slices.Values(ints(200)), opts)
			require.NoError(t, err)
			seen := map[int]bool{}
			for r := range run.All() {
				if r.Index < 0 {
					continue
				}
				require.False(t, seen[r.Index], "twice")
				seen[r.Index] = true
				if r.Err == nil {
					require.Equal(t, r.Input, r.Value)
					require.Positive(t, r.Attempts)
				}
			}
			st := run.Stats()
			if ctx.Err() == nil {
				require.Len(t, seen, 200)
				require.Equal(t, 200, st.Succeeded+st.Failed)
			}
			require.LessOrEqual(t, st.HedgesWon, st.Hedges)
		})
	}
}

func TestHedgeRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hedge := policy.Hedge{After: time.Second}
		requireInvalid(t, "Hedge", mapper.Options{Hedge: hedge, AtMostOnce: true})
		requireInvalid(t, "Hedge.After", mapper.Options{Hedge: policy.Hedge{After: -1}})
		requireField := func(err error) {
			t.Helper()
			invalid, ok := errors.AsType[*policy.InvalidError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, "Hedge", invalid.Field)
		}
		batch := mapper.Batched(func(_ context.Context, in []int) ([]int, error) { return in, nil }, mapper.Batch{Size: 2})
		_, err := batch.Collect(t.Context(), ints(2), mapper.Options{Hedge: hedge})
		requireField(err)
		_, err = mapper.Deploy(t.Context(), batch, mapper.Options{Hedge: hedge})
		requireField(err)
		for o := range mapper.Stream(t.Context(), func(context.Context, int) iter.Seq2[int, error] { return nil }, slices.Values(ints(1)), mapper.Options{Hedge: hedge}) {
			require.Equal(t, -1, o.Index)
			requireField(o.Err)
		}
	})
}
