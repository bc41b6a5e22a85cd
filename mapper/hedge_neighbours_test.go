package mapper_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// slowFirst is a script in which the first attempt of one input is stuck until it is cancelled, and all others take 10 ms.
func slowFirst(slow int) *script {
	return scripted(func(i, attempt int) (time.Duration, error) {
		if i == slow && attempt == 0 {
			return time.Hour, nil
		}
		return 10 * ms, nil
	})
}

// hedgeDoors are the ways to execute inputs, by a function that is deployed or not.
var hedgeDoors = map[string]func(*testing.T, *script, []int, mapper.Options) []int{
	"Collect": func(t *testing.T, s *script, in []int, opts mapper.Options) []int {
		out, err := mapper.Collect(t.Context(), s.call, in, opts)
		require.NoError(t, err)
		return out
	},
	"Each": func(t *testing.T, s *script, in []int, opts mapper.Options) []int {
		var done tally[int]
		err := mapper.Each(t.Context(), func(ctx context.Context, i int) error {
			v, err := s.call(ctx, i)
			if err == nil {
				done.add(v)
			}
			return err
		}, in, opts)
		require.NoError(t, err)
		return slices.Sorted(slices.Values(done.all()))
	},
	"Map": func(t *testing.T, s *script, in []int, opts mapper.Options) []int {
		return values(t, mapper.Map(t.Context(), s.call, in, opts))
	},
	"MapSeq": func(t *testing.T, s *script, in []int, opts mapper.Options) []int {
		return values(t, mapper.MapSeq(t.Context(), s.call, slices.Values(in), opts))
	},
	"Function.Collect": func(t *testing.T, s *script, in []int, opts mapper.Options) (out []int) {
		onDeployed(t, s, opts, func(f *mapper.Function[int, int]) {
			var err error
			out, err = f.Collect(t.Context(), in, mapper.RunOptions{})
			require.NoError(t, err)
		})
		return out
	},
	"Function.MapSeq": func(t *testing.T, s *script, in []int, opts mapper.Options) (out []int) {
		onDeployed(t, s, opts, func(f *mapper.Function[int, int]) {
			out = values(t, f.MapSeq(t.Context(), slices.Values(in), mapper.RunOptions{Unordered: true}))
			slices.Sort(out)
		})
		return out
	},
	"Function.Spawn": func(t *testing.T, s *script, in []int, opts mapper.Options) (out []int) {
		onDeployed(t, s, opts, func(f *mapper.Function[int, int]) {
			var calls []*mapper.Call[int]
			for _, i := range in {
				c, err := f.Spawn(t.Context(), i)
				require.NoError(t, err)
				calls = append(calls, c)
			}
			for _, c := range calls {
				v, err := c.Get(t.Context())
				require.NoError(t, err)
				out = append(out, v)
			}
			require.Equal(t, 1, f.Stats().Hedges)
			require.Equal(t, 1, f.Stats().HedgesWon)
		})
		return out
	},
}

func values(t *testing.T, results <-chan result) (out []int) {
	for r := range results {
		require.NoError(t, r.Err)
		out = append(out, r.Value)
	}
	return out
}

func onDeployed(t *testing.T, s *script, opts mapper.Options, use func(*mapper.Function[int, int])) {
	f := deploy(t, mapper.Plain(s.call), opts)
	use(f)
	require.NoError(t, f.Stop(t.Context()))
}

func TestHedgeDoors(t *testing.T) {
	for name, door := range hedgeDoors {
		for _, several := range []int{1, 3} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := slowFirst(3)
					out := door(t, s, ints(20), mapper.Options{
						Containers: 4, MaxInputs: several, Hedge: policy.Hedge{After: 25 * ms}, Grace: ms,
					})
					require.Equal(t, ints(20), out)
					require.Len(t, s.begins[3], 2)
					require.Equal(t, []error{mapper.ErrHedged}, s.causes)
					require.Less(t, time.Since(s.begin), 100*ms)
				})
			})
		}
	}
}

// TestHedgeAlone: one container has nobody to race, and the containers of a function come when they are of use.
func TestHedgeAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(func(int, int) (time.Duration, error) { return 100 * ms, nil })
		opts := mapper.Options{Containers: 1, MaxInputs: 4, Hedge: policy.Hedge{After: 20 * ms}}
		out, err := mapper.Collect(t.Context(), s.call, ints(2), opts)
		require.NoError(t, err)
		require.Equal(t, ints(2), out)
		require.Len(t, s.begins[0], 1, "never in its own container")
	})
	synctest.Test(t, func(t *testing.T) {
		s := slowFirst(0)
		opts := mapper.Options{Scale: mapper.Scale{Max: 3}, Hedge: policy.Hedge{After: 20 * ms}}
		onDeployed(t, s, opts, func(f *mapper.Function[int, int]) {
			v, err := f.Call(t.Context(), 0)
			require.NoError(t, err)
			require.Zero(t, v)
			require.Equal(t, 30*ms, time.Since(s.begin))
		})
	})
}

// TestHedgeNumber: the second attempt is number 2, and of a state of another container.
func TestHedgeNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen tally[mapper.Attempt]
		out, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
			a, ok := mapper.AttemptFrom(ctx)
			require.True(t, ok)
			seen.add(a)
			if a.Attempt == 1 {
				return 0, during(ctx, time.Hour)
			}
			return a.Attempt, nil
		}, ints(1), mapper.Options{Containers: 2, Hedge: policy.Hedge{After: 20 * ms}})
		require.NoError(t, err)
		require.Equal(t, []int{2}, out)
		all := seen.all()
		require.Len(t, all, 2)
		require.NotEqual(t, all[0].Container, all[1].Container)
		require.Equal(t, all[0].Index, all[1].Index)
	})
}

// TestHedgeTimeout: each attempt has the whole Timeout, and one that is late decides nothing while the other goes on.
func TestHedgeTimeout(t *testing.T) {
	for took, want := range map[time.Duration]error{40 * ms: nil, time.Hour: mapper.ErrTimeout} {
		synctest.Test(t, func(t *testing.T) {
			s := scripted(func(_, attempt int) (time.Duration, error) {
				return []time.Duration{time.Hour, took}[attempt], nil
			})
			run, err := mapper.Start(t.Context(), s.call, slices.Values(ints(1)), mapper.Options{
				Containers: 2, Timeout: 50 * ms, Hedge: policy.Hedge{After: 20 * ms}, ReturnExceptions: true,
			})
			require.NoError(t, err)
			all := slices.Collect(run.All())
			require.Len(t, all, 1)
			require.ErrorIs(t, all[0].Err, want)
			require.Equal(t, 2, all[0].Attempts)
			require.Equal(t, 20*ms+min(took, 50*ms), time.Since(s.begin))
			require.Equal(t, len(s.causes), run.Stats().TimedOut)
		})
	}
}

// TestHedgeStuck: what has lost and does not heed its context costs its container at the end of the run, and no result.
func TestHedgeStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		release := make(chan struct{})
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			if a, _ := mapper.AttemptFrom(ctx); i == 0 && a.Attempt == 1 {
				<-release
			}
			return i, during(ctx, 10*ms)
		}, slices.Values(ints(8)), mapper.Options{Containers: 2, Grace: time.Second, Hedge: policy.Hedge{After: 20 * ms}})
		require.NoError(t, err)
		n := 0
		for r := range run.All() {
			require.NoError(t, r.Err)
			require.Less(t, time.Since(begin), 100*ms)
			n++
		}
		require.Equal(t, 8, n)
		require.Equal(t, time.Second, time.Since(begin).Truncate(100*ms))
		require.Equal(t, 1, run.Stats().HedgesWon)
		require.Equal(t, 1, run.Stats().Abandoned)
		close(release)
	})
}

// TestHedgeEnds: whatever ends a run ends both attempts, and each input is settled once.
func TestHedgeEnds(t *testing.T) {
	for name, end := range map[string]func(cancel func(), run *mapper.Run[int, int]) (leaves bool){
		"the context": func(cancel func(), _ *mapper.Run[int, int]) bool { cancel(); return false },
		"Stop":        func(_ func(), run *mapper.Run[int, int]) bool { run.Stop(); return false },
		"early break": func(func(), *mapper.Run[int, int]) bool { return true },
	} {
		for _, unordered := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := scripted(func(i, _ int) (time.Duration, error) {
						if i == 1 {
							return time.Hour, nil
						}
						return 10 * ms, nil
					})
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					run, err := mapper.Start(ctx, s.call, slices.Values(ints(3)), mapper.Options{
						Containers: 4, Unordered: unordered, ReturnExceptions: true, Hedge: policy.Hedge{After: 20 * ms},
					})
					require.NoError(t, err)
					seen := 0
					for r := range run.All() {
						if r.Index >= 0 {
							seen++
						}
						if seen > 1 {
							continue
						}
						time.Sleep(time.Second)
						require.Len(t, s.begun(1), 2)
						if end(cancel, run) {
							break
						}
					}
					synctest.Wait()
					require.Zero(t, s.now)
					require.Len(t, s.causes, 2)
					st := run.Stats()
					require.Equal(t, 3, st.Succeeded+st.Failed)
					require.Equal(t, 2, st.Succeeded)
				})
			})
		}
	}
}

// TestHedgePause: in a pause no second attempt begins. After it, what is due begins at once.
func TestHedgePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slowFirst(0)
		run, err := mapper.Start(t.Context(), s.call, slices.Values(ints(1)), mapper.Options{
			Containers: 2, Hedge: policy.Hedge{After: 20 * ms},
		})
		require.NoError(t, err)
		time.AfterFunc(15*ms, run.Pause)
		time.AfterFunc(time.Second, run.Resume)
		for r := range run.All() {
			require.NoError(t, r.Err)
		}
		require.Equal(t, []time.Duration{0, time.Second}, s.begins[0])
		require.Equal(t, 1010*ms, time.Since(s.begin))
	})
}

// TestHedgeRate: a second attempt takes a token that is there, and waits for none: nor does it take one for which a fresh
// input waits.
func TestHedgeRate(t *testing.T) {
	for name, c := range map[string]struct {
		burst, inputs int
		hedges        int
		took          time.Duration
	}{
		"one is there":      {2, 1, 1, 30 * ms},
		"there is none":     {1, 1, 0, 500 * ms},
		"fresh inputs wait": {2, 6, 0, 4900 * ms}, // they begin at 0, 0, 1, 2, 3 and 4 s
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scripted(func(i, attempt int) (time.Duration, error) {
					switch {
					case attempt > 0:
						return 10 * ms, nil
					case c.inputs > 1:
						return 900 * ms, nil
					}
					return 500 * ms, nil
				})
				_, err := mapper.Collect(t.Context(), s.call, ints(c.inputs), mapper.Options{
					Containers: 8, Rate: rate.NewLimiter(1, c.burst), Hedge: policy.Hedge{After: 20 * ms},
				})
				require.NoError(t, err)
				begins := 0
				for _, of := range s.begins {
					begins += len(of)
				}
				require.Equal(t, c.hedges, begins-c.inputs)
				require.Equal(t, c.took, time.Since(s.begin))
			})
		})
	}
}

// TestHedgeExpands: of an input that is executed twice, what the faster attempt adds counts, once.
func TestHedgeExpands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := mapper.Expanding(func(ctx context.Context, depth int, add func(...int)) (int, error) {
			a, _ := mapper.AttemptFrom(ctx)
			if depth > 0 {
				add(depth-1, depth-1)
			}
			if a.Attempt == 1 && depth%2 == 1 {
				return 0, during(ctx, time.Second)
			}
			return a.Attempt, during(ctx, 10*ms)
		}, mapper.Frontier[int]{})
		out, err := body.Collect(t.Context(), []int{5}, mapper.Options{Containers: 16, Hedge: policy.Hedge{After: 20 * ms, Budget: 1}})
		require.NoError(t, err)
		require.Len(t, out, 63)
	})
}

// TestHedgeLimit: a run that ends softly has its races finish.
func TestHedgeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(func(i, attempt int) (time.Duration, error) {
			switch {
			case i == 0 && attempt == 0:
				return time.Hour, nil
			case i == 0:
				return 100 * ms, nil
			}
			return 50 * ms, errBad
		})
		run, err := mapper.Start(t.Context(), s.call, slices.Values(ints(2)), mapper.Options{
			Containers: 4, ReturnExceptions: true, Hedge: policy.Hedge{After: 20 * ms}, FailureLimit: policy.FailureLimit{Count: 1, Soon: true},
		})
		require.NoError(t, err)
		all := slices.Collect(run.All())
		require.NoError(t, all[0].Err)
		require.Equal(t, 2, all[0].Attempts)
		require.Equal(t, 1, run.Stats().HedgesWon)
	})
}

// TestHedgeFunctionAtRandom: calls and runs, whatever is withdrawn, paused, redeployed and drained.
func TestHedgeFunctionAtRandom(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			var mu sync.Mutex
			n := func(n int) int {
				mu.Lock()
				defer mu.Unlock()
				return rng.IntN(n)
			}
			var now atomic.Int32
			body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
				now.Add(1)
				defer now.Add(-1)
				if err := during(ctx, time.Duration(n(40))*ms); err != nil {
					return 0, err
				}
				switch n(30) {
				case 0:
					panic("boom")
				case 1:
					return 0, errBad
				}
				return i, nil
			})
			opts := mapper.Options{
				Scale:   mapper.Scale{Min: n(2), Max: 1 + n(6)},
				Retries: policy.Retries{MaxRetries: n(3), InitialDelay: ms},
				Hedge:   policy.Hedge{After: time.Duration(1+n(30)) * ms, Budget: 0.5},
				Grace:   5 * ms,
			}
			if n(2) == 0 {
				opts.Timeout = 30 * ms
			}
			if n(2) == 0 {
				opts.MaxInputs = 3
			}
			f := deploy(t, body, opts)
			var all sync.WaitGroup
			for k := range 40 {
				all.Go(func() {
					time.Sleep(time.Duration(n(300)) * ms)
					c, err := f.Spawn(t.Context(), k)
					if err != nil {
						return
					}
					if n(4) == 0 {
						time.AfterFunc(time.Duration(n(60))*ms, c.Cancel)
					}
					if v, err := c.Get(t.Context()); err == nil && v != k {
						panic("another one's")
					}
				})
			}
			for range 2 {
				all.Go(func() {
					seen := map[int]bool{}
					for r := range f.Map(t.Context(), ints(50), mapper.RunOptions{ReturnExceptions: true, Unordered: true}) {
						if seen[r.Index] || (r.Err == nil && r.Value != r.Input) {
							panic("twice, or another one's")
						}
						seen[r.Index] = true
					}
					if len(seen) != 50 {
						panic("some are missing")
					}
				})
			}
			all.Go(func() {
				for range 5 {
					time.Sleep(time.Duration(n(60)) * ms)
					switch n(3) {
					case 0:
						_ = f.Redeploy(t.Context(), body)
					case 1:
						f.Pause()
						time.AfterFunc(10*ms, f.Resume)
					case 2:
						for _, c := range f.Stats().Pool.Containers {
							f.Preempt(c.ID)
							break
						}
					}
				}
			})
			all.Wait()
			require.NoError(t, f.Stop(t.Context()))
			st := f.Stats()
			require.Equal(t, 40, st.Succeeded+st.Failed)
			require.Zero(t, now.Load())
		})
	}
}
