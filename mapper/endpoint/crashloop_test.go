package endpoint

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

func TestBarred(t *testing.T) {
	t.Parallel()
	proven := supervisor.ContainerInfo{State: supervisor.Running, Finished: 1}
	in := func(s supervisor.State) supervisor.ContainerInfo { return supervisor.ContainerInfo{State: s} }
	for name, c := range map[string]struct {
		containers []supervisor.ContainerInfo
		barred     bool
	}{
		"all wait":                      {[]supervisor.ContainerInfo{in(supervisor.BackingOff), in(supervisor.BackingOff)}, true},
		"the canary starts":             {[]supervisor.ContainerInfo{in(supervisor.Starting), in(supervisor.BackingOff)}, true},
		"the canary is at its first":    {[]supervisor.ContainerInfo{in(supervisor.BackingOff), in(supervisor.Running)}, true},
		"the canary wants an input":     {[]supervisor.ContainerInfo{in(supervisor.BackingOff), in(supervisor.Idle)}, false},
		"one is proven":                 {[]supervisor.ContainerInfo{in(supervisor.BackingOff), proven}, false},
		"one is about to end":           {[]supervisor.ContainerInfo{in(supervisor.Stopping), in(supervisor.BackingOff)}, true},
		"none is there, none is wanted": {[]supervisor.ContainerInfo{in(supervisor.Stopped), in(supervisor.Stopped)}, false},
		"none is possible":              {nil, false},
	} {
		require.Equal(t, c.barred, barred(supervisor.Snapshot{CrashLooping: true, Containers: c.containers}), name)
		require.False(t, barred(supervisor.Snapshot{Containers: c.containers}), name)
	}
}

// TestDoor: as many are let in as containers will try.
func TestDoor(t *testing.T) {
	t.Parallel()
	in := func(s supervisor.State) supervisor.ContainerInfo { return supervisor.ContainerInfo{State: s} }
	after := func(crashes int, states ...supervisor.State) supervisor.Snapshot {
		pool := supervisor.Snapshot{Crashes: crashes}
		for _, s := range states {
			pool.Containers = append(pool.Containers, in(s))
		}
		return pool
	}
	var d door
	enter := func(want bool, pool supervisor.Snapshot) func() {
		t.Helper()
		leave, ok := d.enter(pool)
		require.Equal(t, want, ok)
		return leave
	}
	waits := after(32, supervisor.BackingOff, supervisor.BackingOff)
	first := enter(true, waits)
	enter(false, waits)
	first() // its client has gone
	first = enter(true, waits)
	enter(false, after(32, supervisor.Running, supervisor.BackingOff))

	crashed := after(33, supervisor.BackingOff, supervisor.Idle, supervisor.Idle)
	first() // of before
	enter(true, crashed)
	first() // settled late: that place is not there any more
	enter(true, crashed)
	enter(true, crashed)
	enter(false, crashed)
	enter(false, waits)
}
