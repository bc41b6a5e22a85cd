package metrics_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
)

// fleet is a runtime whose containers are nowhere in particular.
type fleet struct{ machines func() []supervisor.Machine }

func (*fleet) Check(any) error { return nil }

func (*fleet) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return anywhere{}, nil
}

func (f *fleet) Machines() []supervisor.Machine { return f.machines() }

// anywhere takes a minute for each input.
type anywhere struct{}

func (anywhere) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	for i := range chunk.Inputs {
		time.Sleep(time.Minute)
		done(i, struct{}{}, nil)
	}
	return nil
}

func (anywhere) Close(context.Context) error { return nil }

// on starts a run on a runtime, whose end is waited for by the one that is returned.
func on(t *testing.T, r supervisor.Runtime, o supervisor.Observer) (wait func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		done <- mapper.Each(t.Context(), no, ints(1), mapper.Options{Name: "resize", Containers: 1, Runtime: r, Observer: o})
	}()
	synctest.Wait()
	return func() { require.NoError(t, <-done) }
}

func of(machines ...supervisor.Machine) *fleet {
	return &fleet{func() []supervisor.Machine { return machines }}
}

// about is the lines of the text that are about machines.
func about(t *testing.T, r *metrics.Registry) (lines []string) {
	t.Helper()
	var b strings.Builder
	require.NoError(t, r.WriteText(&b))
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "longshore_machine") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// TestMachines: those of each fleet are counted once, whoever is on it, and while anybody is.
func TestMachines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		require.NoError(t, mapper.Each(t.Context(), no, ints(1), mapper.Options{Observer: &r}))
		require.Empty(t, about(t, &r), "goroutines are here")
		one := of(
			supervisor.Machine{Host: "a", Slots: 4, Free: 1}, supervisor.Machine{Host: "b", Slots: 2, Free: 2},
			supervisor.Machine{Host: "c", Slots: 8, Free: 8, Draining: true}, supervisor.Machine{Host: "d", Slots: 8, Free: 8, Unused: true, Draining: true},
		)
		first, second := on(t, one, &r), on(t, one, &r)
		gauges := []string{
			`longshore_machines{state="ready"} 2`, `longshore_machines{state="draining"} 1`, `longshore_machines{state="unused"} 1`,
			`longshore_machine_slots{state="free"} 3`, `longshore_machine_slots{state="taken"} 3`,
		}
		counters := []string{
			`longshore_machine_events_total{event="joined"} 0`, `longshore_machine_events_total{event="draining"} 0`,
			`longshore_machine_events_total{event="left"} 0`, `longshore_machine_events_total{event="lost"} 0`,
		}
		require.Equal(t, append(gauges, counters...), about(t, &r))
		third := on(t, of(supervisor.Machine{Slots: 7, Free: 9}), &r)
		requireValues(t, map[string]float64{"longshore_machines ready": 3, "longshore_machine_slots free": 12, "longshore_machine_slots taken": 3}, &r)
		first()
		second()
		third()
		synctest.Wait()
		require.Equal(t, counters, about(t, &r), "nobody is asked about a fleet that nothing is on")
	})
}

// TestMachinesOfAnybody: what does not answer, or cannot be told from another, is left out.
func TestMachinesOfAnybody(t *testing.T) {
	for name, r := range map[string]supervisor.Runtime{
		"panics":     &fleet{func() []supervisor.Machine { panic("no") }},
		"exits":      &fleet{func() []supervisor.Machine { runtime.Goexit(); return nil }},
		"incomplete": &struct{ *fleet }{},
		"no pointer": struct {
			*fleet
			all []int
		}{of(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var counts metrics.Registry
				wait := on(t, r, &counts)
				requireValues(t, map[string]float64{"longshore_live_runs resize run": 1}, &counts)
				require.NotContains(t, strings.Join(about(t, &counts), "\n"), "longshore_machines{")
				wait()
			})
		})
	}
}

// TestMachineEvents: what happens to a machine is counted once, though each pool on its fleet tells of it.
func TestMachineEvents(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	at := time.Now()
	for pool := range uint64(3) {
		for n, kind := range []supervisor.Kind{
			supervisor.MachineJoined, supervisor.MachineLost, supervisor.MachineJoined, supervisor.MachineDraining, supervisor.MachineLeft,
		} {
			r.Observe(supervisor.Event{Kind: kind, Pool: pool, Machine: "a (pid 1)", Time: at.Add(time.Duration(n))})
		}
		r.Observe(supervisor.Event{Kind: supervisor.MachineLost, Pool: pool, Machine: "b (pid 1)", Time: at.Add(1)})
	}
	requireValues(t, map[string]float64{
		"longshore_machine_events_total joined": 2, "longshore_machine_events_total draining": 1,
		"longshore_machine_events_total left": 1, "longshore_machine_events_total lost": 2,
	}, &r)
}

// TestMachinesAreBounded: machines come and go for ever, and leave no series, and no memory.
func TestMachinesAreBounded(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	before := len(about(t, &r))
	const n = 20_000
	for i := range n {
		r.Observe(supervisor.Event{Kind: supervisor.MachineLost, Machine: fmt.Sprint(i, strings.Repeat("x", 1000)), Time: time.Now()})
	}
	require.Len(t, about(t, &r), before+4)
	requireValues(t, map[string]float64{"longshore_machine_events_total lost": n}, &r)
	require.LessOrEqual(t, r.Happenings(), 10_000)
}
