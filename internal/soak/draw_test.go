package main

import (
	"io"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASeedIsAPlan(t *testing.T) {
	t.Parallel()
	seen := map[string]uint64{}
	for seed := range uint64(300) {
		for _, processes := range []bool{false, true} {
			p := draw(seed, processes)
			require.Equal(t, p, draw(seed, processes))
			require.NoError(t, p.Opts.Validate(), "seed %d", seed)
			require.NoError(t, p.Workers.Validate(), "seed %d", seed)
			require.NoError(t, newPlay(p, newTally(), new(atomic.Int64)).body().Validate(), "seed %d", seed)
			require.NotContains(t, seen, p.String(), "seed %d", seed)
			seen[p.String()] = seed
		}
	}
}

func TestEverythingIsDrawn(t *testing.T) {
	t.Parallel()
	drawn := map[string]bool{}
	for seed := range uint64(300) {
		for _, processes := range []bool{false, true} {
			p := draw(seed, processes)
			drawn[p.Body] = true
			for _, a := range p.Acts {
				drawn[a.Does], drawn["leave by "+a.Reader.LeaveBy], drawn["source: "+a.Source.EndBy] = true, true, true
				for _, s := range a.Scripts {
					for _, st := range s {
						drawn[st.Does] = true
					}
				}
			}
			for _, s := range p.Strikes {
				drawn["strike: "+s.Does] = true
			}
		}
	}
	want := append(injected, "plain", "state", "batched", "batched-state", "stream", "collect", "each", "map", "mapseq", "all", "results",
		"call", "spawn", "cancel", "gather", "submit", "group", "feed", "drain", "preempt", "scale", "redeploy", "look",
		"leave by break", "leave by cancel", "leave by stop", "leave by panic", "source: panic", "source: goexit",
		"strike: kill", "strike: term", "strike: freeze")
	for _, what := range want {
		require.True(t, drawn[what], what)
	}
}

func TestRoundsHaveSeedsOfTheirOwn(t *testing.T) {
	t.Parallel()
	require.Equal(t, uint64(7), seedOf(7, 0), "any round can be played as the first")
	seen := map[uint64]bool{}
	for n := range 1000 {
		seen[seedOf(7, n)] = true
	}
	require.Len(t, seen, 1000)
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-kind", "nobody"}, {"-for", "x"}, {"-rounds", "1", "-seed", "-1"}} {
		require.Error(t, run(t.Context(), args, io.Discard), "%v", args)
	}
}
