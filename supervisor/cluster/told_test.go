package cluster_test

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// told is the events of a run, in order.
type told chan supervisor.Event

func (w told) Observe(ev supervisor.Event) { w <- ev }

// Wants leaves out what comes in numbers.
func (told) Wants(kind supervisor.Kind) bool { return kind != supervisor.AttemptsEnded }

// next is the next event of that kind; what comes before it is dropped.
func (w told) next(t *testing.T, kind supervisor.Kind) supervisor.Event {
	t.Helper()
	ctx := bounded(t)
	for {
		select {
		case ev := <-w:
			if ev.Kind == kind {
				return ev
			}
		case <-ctx.Done():
			require.FailNow(t, "never told", string(kind))
		}
	}
}

// TestTold: observers of a run hear of machines, and on which one each container is. Those of another function hear of the
// same moments.
func TestTold(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{})
	s.employ(1)
	names := map[int]string{}
	learn := func(i int) string {
		for _, m := range s.fleet.Machines() {
			if m.PID == s.workers[i].Process.Pid {
				names[i] = fmt.Sprintf("%s (pid %d)", m.Host, m.PID)
			}
		}
		return names[i]
	}
	dir := t.TempDir()
	events, others := make(told, 10000), make(told, 10000)
	f, err := mapper.Deploy(bounded(t), mapper.Plain(square), mapper.Options{Runtime: s.fleet, Observer: others})
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Stop(t.Context())) }()
	run, err := mapper.Start(bounded(t), toil, slices.Values(jobs(200, dir, true)), mapper.Options{Runtime: s.fleet, Observer: events})
	require.NoError(t, err)
	require.Equal(t, learn(0), events.next(t, supervisor.ContainerReady).Machine)
	s.employ(2)
	for range 2 {
		joined := events.next(t, supervisor.MachineJoined)
		require.Equal(t, slots, joined.Count)
		require.Contains(t, []string{learn(1), learn(2)}, joined.Machine)
	}
	require.Eventually(t, func() bool { return len(begun(t, dir)) == 3*slots }, patience, tick)
	s.signal(1, syscall.SIGKILL)
	lost := events.next(t, supervisor.MachineLost)
	require.Equal(t, learn(1), lost.Machine)
	require.ErrorIs(t, lost.Err, supervisor.ErrLost)
	require.Equal(t, lost.Time, others.next(t, supervisor.MachineLost).Time)
	stopped := events.next(t, supervisor.ContainerStopped)
	require.Equal(t, learn(1), stopped.Machine)
	require.ErrorIs(t, stopped.Err, supervisor.ErrLost)
	s.signal(2, syscall.SIGTERM)
	require.Equal(t, learn(2), events.next(t, supervisor.MachineDraining).Machine)
	there := 0
	for _, c := range run.Stats().Pool.Containers {
		if c.Machine == names[0] {
			there++
		}
	}
	require.Equal(t, slots, there)
	finish(t, run, dir)
	require.NoError(t, s.workers[2].Wait())
}

// TestCrashElsewhere: a crash says on which machine it was, in text, in the event and as JSON.
func TestCrashElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{})
	s.employ(1)
	events := make(told, 10000)
	_, err := mapper.Collect(bounded(t), square, []int{1, -1, 3}, mapper.Options{Runtime: s.fleet, CrashLimit: 1, Observer: events})
	crash, ok := errors.AsType[*supervisor.CrashError](err)
	require.True(t, ok)
	name := fmt.Sprintf("%s (pid %d)", s.fleet.Machines()[0].Host, s.workers[0].Process.Pid)
	require.Equal(t, name, crash.Machine)
	require.ErrorContains(t, err, " on "+name+" crashed on input 1: panic: below nothing")
	require.Equal(t, name, crash.CrashJSON().Machine)
	ev := events.next(t, supervisor.ContainerCrashed)
	require.Equal(t, name, ev.Machine)
	src, err := ev.MarshalJSON()
	require.NoError(t, err)
	require.Contains(t, string(src), fmt.Sprintf(`"machine":%q`, name))
	require.Contains(t, ev.Err.(*supervisor.CrashError).Stack, "fleet_test.go")
}

// TestLostInputsAreTold: of each container that is lost observers hear which input runs again elsewhere, where it was, and why.
func TestLostInputsAreTold(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{})
	s.employ(2)
	dir := t.TempDir()
	events := make(told, 10000)
	run := waiting(t, s, dir, mapper.Options{CrashLimit: 1, Observer: events})
	name := ""
	for _, m := range s.fleet.Machines() {
		if m.PID == s.workers[0].Process.Pid {
			name = m.Name()
		}
	}
	before := begun(t, dir)
	s.signal(0, syscall.SIGKILL)
	again := map[int]bool{}
	for range slots {
		ev := events.next(t, supervisor.InputRerun)
		require.Equal(t, name, ev.Machine)
		require.ErrorIs(t, ev.Err, supervisor.ErrLost)
		require.Equal(t, 1, before[ev.Input], "it was executing")
		again[ev.Input] = true
	}
	require.Len(t, again, slots)
	finish(t, run, dir)
	require.Equal(t, slots, run.Stats().Reruns)
	for i, times := range begun(t, dir) {
		require.Equal(t, again[i], times == 2, "input %d", i)
	}
}
