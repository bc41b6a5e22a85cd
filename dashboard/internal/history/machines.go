package history

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// Machine is one on which containers of a run or a function are, may be, or were.
type Machine struct {
	Name       string            `json:"name"` // as containers and crashes have it
	State      string            `json:"state"`
	Version    string            `json:"version,omitempty"` // of its program
	Slots      int               `json:"slots"`
	Free       int               `json:"free"`
	Containers int               `json:"containers"` // of this run or function
	Since      time.Time         `json:"since,omitzero"`
	Until      time.Time         `json:"until,omitzero"`
	Reason     string            `json:"reason,omitempty"` // why it was lost
	Labels     map[string]string `json:"labels,omitempty"`
}

// The states of a machine.
const (
	machineReady    = "ready"
	machineDraining = "draining"
	machineUnused   = "unused" // it runs another program, or is not to be used
	machineLeft     = "left"
	machineLost     = "lost"
)

const (
	maxGone     = 50
	maxMachines = 1000
)

// fleetOf is the machines of a runtime that has some.
func fleetOf(about mapper.About) supervisor.Fleet {
	f, _ := about.Options.Runtime.(supervisor.Fleet)
	return f
}

// left takes in that a machine is gone. The caller holds r.mu.
func (r *record) left(ev *supervisor.Event) {
	m := Machine{Name: ev.Machine, State: machineLeft, Slots: ev.Count, Until: ev.Time}
	if ev.Kind == supervisor.MachineLost {
		m.State = machineLost
	}
	if why := errorOf(ev.Err); why != nil {
		m.Reason = why.Text // with its numbers: it is about one machine, and counted with no other
	}
	r.gone.put(m)
}

// machines is those that are known, by name, and then those that are gone, the latest first.
func (r *record) machines() []Machine {
	r = r.containers()
	if r.fleet == nil {
		return nil
	}
	all := []Machine{}
	if v := r.live(); v != nil {
		all = append(all, known(r.fleet, v)...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.AppendSeq(all, r.gone.latest())
}

// known asks a fleet, whose runtime may be anybody's.
func known(fleet supervisor.Fleet, v mapper.View) (all []Machine) {
	machines, failure := guard.Call(fleet, fleet.Machines)
	if failure != nil {
		return nil
	}
	here := map[string]int{}
	for _, c := range v.Containers() {
		here[c.Machine]++
	}
	for _, m := range machines[:min(len(machines), maxMachines)] {
		one := Machine{
			Name: m.Name(), State: machineReady, Version: m.Version, Slots: m.Slots, Free: m.Free, Containers: here[m.Name()],
			Since: m.Since, Labels: maps.Clone(m.Labels),
		}
		switch {
		case m.Unused:
			one.State = machineUnused
		case m.Draining:
			one.State = machineDraining
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Machine) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
