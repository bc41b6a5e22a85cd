package history_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// spread is a run whose containers are on machines.
type spread struct{ *view }

func (spread) Containers() []mapper.ContainerView {
	return []mapper.ContainerView{{Machine: "b (pid 2)"}, {ID: 1, Machine: "a (pid 1)"}, {ID: 2, Machine: "b (pid 2)"}}
}

// fleet is a runtime with machines.
type fleet struct {
	supervisor.Runtime
	known func() []supervisor.Machine
}

func (f fleet) Machines() []supervisor.Machine { return f.known() }

// TestMachines: those that are known, with what the run has there, and those that are gone, with why.
func TestMachines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		v := spread{newView(1)}
		began := time.Now()
		v.about.Options.Runtime = &fleet{known: func() []supervisor.Machine {
			return []supervisor.Machine{
				{Host: "b", PID: 2, Slots: 4, Free: 2, Version: "v", Since: began},
				{Host: "a", PID: 1, Slots: 2, Free: 1, Draining: true},
				{Host: "c", PID: 3, Slots: 1, Free: 1, Draining: true, Unused: true},
			}
		}}
		b.Watch(v)
		b.Watch(newView(2))
		for _, kind := range []supervisor.Kind{supervisor.MachineJoined, supervisor.MachineLeft, supervisor.MachineLost} {
			ev := supervisor.Event{Time: began, Kind: kind, Pool: 1, Container: -1, Lineage: -1, Input: -1, Machine: string(kind), Count: 3}
			if kind == supervisor.MachineLost {
				ev.Err = errors.New("silent for 3 s")
			}
			b.Observe(ev)
		}
		gone := []history.Machine{
			{Name: "machine_lost", State: "lost", Slots: 3, Until: began, Reason: "silent for 3 s"},
			{Name: "machine_left", State: "left", Slots: 3, Until: began},
		}
		require.Equal(t, append([]history.Machine{
			{Name: "a (pid 1)", State: "draining", Slots: 2, Free: 1, Containers: 1},
			{Name: "b (pid 2)", State: "ready", Slots: 4, Free: 2, Containers: 2, Version: "v", Since: began},
			{Name: "c (pid 3)", State: "unused", Slots: 1, Free: 1},
		}, gone...), get(t, b, 1).Machines)
		require.Nil(t, get(t, b, 2).Machines, "goroutines are here")
		close(v.done)
		time.Sleep(2 * time.Second)
		require.Equal(t, gone, get(t, b, 1).Machines, "after the end nobody is asked")
		b.Close()
	})
}

// TestMachinesOfAnybody: a runtime that panics is as good as one without machines.
func TestMachinesOfAnybody(t *testing.T) {
	t.Parallel()
	b := history.New(history.Options{})
	v := spread{newView(1)}
	v.about.Options.Runtime = &fleet{known: func() []supervisor.Machine { panic("no") }}
	b.Watch(v)
	require.Empty(t, get(t, b, 1).Machines)
	close(v.done)
	b.Close()
}

// losing is a runtime whose first container is lost with the input that it has.
type losing struct{ gone atomic.Bool }

func (*losing) Check(any) error { return nil }

func (l *losing) Open(_ context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	launch.At("b (pid 2)")
	return l, nil
}

func (l *losing) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	if l.gone.CompareAndSwap(false, true) {
		return &supervisor.CrashError{Err: supervisor.ErrLost}
	}
	for i, in := range chunk.Inputs {
		done(i, in, nil)
	}
	return nil
}

func (*losing) Close(context.Context) error { return nil }

// TestLostInput: the story of an input whose machine was lost says so, and blames nobody.
func TestLostInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		defer b.Close()
		_, err := mapper.Collect(t.Context(), func(_ context.Context, n int) (int, error) { return n, nil }, ints(1),
			mapper.Options{Containers: 1, Runtime: new(losing), Observer: b})
		require.NoError(t, err)
		run := only(t, b)
		require.Empty(t, run.Causes)
		require.Empty(t, run.Crashes)
		story := input(t, b, run.ID, 0)
		require.Equal(t, []string{"rerun", "succeeded"}, outcomes(story))
		require.Equal(t, []int{0, 1}, []int{story.Story[0].Container, story.Story[1].Container})
		require.Contains(t, story.Story[0].Error.Text, "on b (pid 2)")
		require.Contains(t, story.Story[0].Error.Text, supervisor.ErrLost.Error())
		require.Nil(t, story.Crash)
	})
}
