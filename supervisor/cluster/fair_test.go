package cluster_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// TestFair: who comes later has its share of the slots, whether it is another caller, another run or a function, and ends while
// the first still has more than enough to do.
func TestFair(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func(*testing.T, *site) mapper.Options{
		"another caller": func(t *testing.T, s *site) mapper.Options {
			return mapper.Options{Runtime: open(t, cluster.Options{URL: between(t, s.at).url()})}
		},
		"another run": func(_ *testing.T, s *site) mapper.Options { return mapper.Options{Runtime: s.fleet} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, cluster.Options{})
			s.employ(3)
			ctx := bounded(t)
			dir := t.TempDir()
			run, err := mapper.Start(ctx, toil, slices.Values(jobs(100000, dir, false)), mapper.Options{Runtime: s.fleet, Unordered: true})
			require.NoError(t, err)
			n := 0
			ended := make(chan error, 1)
			for res := range run.All() {
				require.NoError(t, res.Err)
				if n++; n == 200 {
					opts := second(t, s)
					go func() {
						_, err := mapper.Collect(ctx, toil, jobs(500, t.TempDir(), false), opts)
						ended <- err
					}()
				}
				select {
				case err := <-ended:
					require.NoError(t, err)
					ended = nil
				default:
				}
				if ended == nil && run.Stats().Pool.Live == 3*slots {
					break // it has all slots again
				}
			}
			require.Nil(t, ended)
			require.Zero(t, run.Stats().Pool.Crashes+run.Stats().Pool.Lost)
		})
	}
}

// TestFairFunction: a call of a function gets a slot beside a run that would take all.
func TestFairFunction(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{})
	s.employ(1)
	ctx := bounded(t)
	f, err := mapper.Deploy(ctx, mapper.Plain(toil), mapper.Options{Runtime: s.fleet, Scale: mapper.Scale{Max: 8}})
	require.NoError(t, err)
	run, err := mapper.Start(ctx, toil, slices.Values(jobs(100000, t.TempDir(), false)), mapper.Options{Runtime: s.fleet, Unordered: true})
	require.NoError(t, err)
	n := 0
	for res := range run.All() {
		require.NoError(t, res.Err)
		if n++; n == 200 {
			v, err := f.Call(ctx, job{N: 7, Dir: t.TempDir()})
			require.NoError(t, err)
			require.Equal(t, 49, v)
			break
		}
	}
	require.NoError(t, f.Stop(ctx))
}
