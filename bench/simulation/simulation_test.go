//go:build unix

package simulation_test

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/bench/simulation"
)

var (
	inputs    = flag.Int("inputs", 50_000, "how many inputs")
	machines  = flag.Int("machines", 100, "how many machines")
	slots     = flag.Int("slots", 1, "of each machine")
	work      = flag.Duration("work", time.Second, "of an input, on average")
	unordered = flag.Bool("unordered", false, "results as they come")
)

// TestFleet: while machines are lost and come back, each input settles once and nobody is charged, and all slots are busy soon.
// With -v it prints what came of it, which is how the figures of the large one are made.
func TestFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, err := simulation.Scene{
			Inputs: *inputs, Machines: *machines, Slots: *slots, Work: *work, Unordered: *unordered,
		}.Play(t.Context())
		require.NoError(t, err)
		t.Logf("%+v", f)
		require.Equal(t, *inputs, f.Settled)
		require.Equal(t, *inputs, f.Executed)
		require.Zero(t, f.Charged)
		require.Zero(t, f.Again)
		require.NotZero(t, f.Losses)
		require.NotZero(t, f.Out)
		require.NotZero(t, f.Full)
		require.LessOrEqual(t, f.Full, 5*time.Second)
	})
}
