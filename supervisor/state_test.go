package supervisor_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// TestStateEdges compares every pair of states with the life of a container as the package doc draws it.
func TestStateEdges(t *testing.T) {
	t.Parallel()
	const (
		starting   = supervisor.Starting
		idle       = supervisor.Idle
		running    = supervisor.Running
		stopping   = supervisor.Stopping
		stopped    = supervisor.Stopped
		crashed    = supervisor.Crashed
		backingOff = supervisor.BackingOff
		abandoned  = supervisor.Abandoned
	)
	must := map[supervisor.State][]supervisor.State{
		starting:   {idle, crashed, stopping},
		idle:       {running, crashed, stopping},
		running:    {idle, crashed, stopping, abandoned},
		stopping:   {stopped, crashed, abandoned},
		crashed:    {backingOff, starting},
		backingOff: {starting, stopped},
		abandoned:  {starting},
	}
	mustNot := map[supervisor.State][]supervisor.State{
		starting:   {running, backingOff},
		idle:       {starting, backingOff},
		running:    {starting, backingOff},
		stopping:   {starting, idle, running, backingOff},
		crashed:    {idle, running, stopping, abandoned},
		backingOff: {idle, running, crashed, abandoned},
		abandoned:  {idle, running, crashed, stopping, backingOff},
		stopped:    {starting, idle, running, stopping, crashed, backingOff, abandoned},
	}
	all := []supervisor.State{starting, idle, running, stopping, stopped, crashed, backingOff, abandoned}
	for _, from := range all {
		for _, to := range all {
			got := from.CanBecome(to)
			if slices.Contains(must[from], to) {
				require.True(t, got, "%s → %s", from, to)
			}
			if slices.Contains(mustNot[from], to) || from == to {
				require.False(t, got, "%s → %s", from, to)
			}
		}
	}
	require.False(t, supervisor.State("unheard of").CanBecome(starting))
}
