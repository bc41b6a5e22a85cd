package mapper_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestRunContainers: a run has so many containers at most, also where others are idle, and the others have what is left.
func TestRunContainers(t *testing.T) {
	for _, c := range []struct {
		name string
		runs []mapper.RunOptions
		want []int
	}{
		{"alone", []mapper.RunOptions{{Containers: 2}}, []int{2}},
		{"beside others", []mapper.RunOptions{{Containers: 2}, {}, {}}, []int{2, 3, 3}},
		{"all limited", []mapper.RunOptions{{Containers: 1}, {Containers: 3}}, []int{1, 3}},
		{"a share that it cannot have", []mapper.RunOptions{{Containers: 1, Share: 100}, {}}, []int{1, 7}},
		{"more than there are", []mapper.RunOptions{{Containers: 100}}, []int{8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := share(t, 8, len(c.runs), 10*time.Millisecond)
				s.f.Pause() // so that all runs begin at once
				var readers sync.WaitGroup
				for i, opts := range c.runs {
					results := s.f.Map(t.Context(), slices.Repeat([]int{i}, 100), opts)
					readers.Go(func() {
						for r := range results {
							if r.Err != nil && t.Context().Err() == nil { // else the test has failed, and ended
								t.Error(r.Err)
							}
						}
					})
				}
				synctest.Wait()
				s.f.Resume()
				for range 5 {
					time.Sleep(5 * time.Millisecond)
					require.Equal(t, c.want, s.count())
					time.Sleep(5 * time.Millisecond)
				}
				readers.Wait()
				require.NoError(t, s.f.Stop(t.Context()))
			})
		})
	}
}

// TestRunContainersStarts: a run that may have one container starts no more.
func TestRunContainersStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := share(t, 8, 1, time.Millisecond)
		require.NoError(t, s.f.Each(t.Context(), make([]int, 100), mapper.RunOptions{Containers: 1}))
		started := 0
		for _, c := range s.f.Stats().Pool.Containers {
			if c.State != supervisor.Stopped {
				started++
			}
		}
		require.Equal(t, 1, started)
		require.NoError(t, s.f.Stop(t.Context()))
	})
}

// TestRunContainersProperty: runs of any limits with failures and crashes end, and exceed none.
func TestRunContainersProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		containers := rapid.IntRange(1, 6).Draw(rt, "containers")
		maxInputs := rapid.IntRange(1, 2).Draw(rt, "inputs")
		limits := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 4).Draw(rt, "limits")
		does := rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "", "error", "panic"}), 1, 30).Draw(rt, "does")
		takes := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 5).Draw(rt, "takes")
		most := make([]int, len(limits))
		settled := make([]int, len(limits))
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			running := make([]int, len(limits))
			begun := map[int]int{}
			f := deploy(t, mapper.Plain(func(_ context.Context, in int) (int, error) {
				run, i := in/1000, in%1000
				mu.Lock()
				running[run]++
				begun[in]++
				first := begun[in] == 1
				most[run] = max(most[run], running[run])
				mu.Unlock()
				defer func() {
					mu.Lock()
					running[run]--
					mu.Unlock()
				}()
				time.Sleep(time.Duration(takes[i%len(takes)]) * time.Millisecond)
				switch does[i%len(does)] {
				case "error":
					return 0, errCrash
				case "panic":
					if first {
						panic("once")
					}
				}
				return 0, nil
			}), mapper.Options{
				Containers: containers, MaxInputs: maxInputs, Retries: policy.Retries{MaxRetries: 1}, Crashes: policy.Deployed{},
				Scale: mapper.Scale{Max: containers},
			})
			var runs sync.WaitGroup
			for i, n := range limits {
				runs.Go(func() {
					var in []int
					for k := range 50 {
						in = append(in, i*1000+k)
					}
					for range f.Map(t.Context(), in, mapper.RunOptions{Containers: n, ReturnExceptions: true}) {
						settled[i]++
					}
				})
			}
			runs.Wait()
			require.NoError(t, f.Stop(t.Context()))
		})
		for i, n := range limits {
			if n > 0 && most[i] > n*maxInputs {
				rt.Errorf("run %d: %d attempts at once, %d containers", i, most[i], n)
			}
			if settled[i] != 50 {
				rt.Errorf("run %d: %d settled", i, settled[i])
			}
		}
	})
}

func TestRunContainersRefused(t *testing.T) {
	f := deploy(t, mapper.Plain(squared), mapper.Options{})
	_, err := f.Collect(t.Context(), ints(1), mapper.RunOptions{Containers: -1})
	requireField(t, "Containers", err)
}
