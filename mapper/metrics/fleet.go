package metrics

import (
	"reflect"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// Machines have no label of their own, nor one of the function: a fleet is used by many functions, and its machines
// come and go for ever.

// fleetOf is the machines of a runtime that has some.
func fleetOf(about mapper.About) supervisor.Fleet {
	f, ok := about.Options.Runtime.(supervisor.Fleet)
	if !ok || !reflect.ValueOf(f).Comparable() { // whether it is another's cannot be told
		return nil
	}
	return f
}

// known is the machines of all fleets at a moment, by state, and the slots of those that are ready.
type known struct{ ready, draining, unused, free, taken int }

// ask asks each of the fleets, whose runtimes may be anybody's; nil where none answers.
func ask(fleets map[supervisor.Fleet]bool) (all *known) {
	for f := range fleets {
		machines, failure := guard.Call(f, f.Machines)
		if failure != nil {
			continue
		}
		if all == nil {
			all = &known{}
		}
		for _, m := range machines {
			all.add(m)
		}
	}
	return all
}

func (k *known) add(m supervisor.Machine) {
	switch {
	case m.Unused:
		k.unused++
	case m.Draining:
		k.draining++
	default:
		k.ready++
		k.free += m.Free
		k.taken += max(m.Slots-m.Free, 0)
	}
}

// happenings is what has happened to machines, by kind. All pools on a fleet tell of it, each with the time at which it
// happened: by that it is counted once.
type happenings struct {
	any            bool // there is a fleet, or there was
	count          map[supervisor.Kind]int
	lately, before map[happening]bool
}

type happening struct {
	machine string
	kind    supervisor.Kind
	at      int64
}

// maxLately is how many there are in lately. Pools that are that many behind others count anew.
const maxLately = 4096

func (h *happenings) add(ev supervisor.Event) {
	one := happening{clean(ev.Machine), ev.Kind, ev.Time.UnixNano()}
	if h.lately[one] || h.before[one] {
		return
	}
	if h.lately == nil || len(h.lately) >= maxLately {
		h.lately, h.before = map[happening]bool{}, h.lately
	}
	if h.count == nil {
		h.count = map[supervisor.Kind]int{}
	}
	h.lately[one] = true
	h.count[ev.Kind]++
	h.any = true
}

// machineRow is a number about machines.
type machineRow struct {
	Family
	now func(*known) int // of a gauge
	did supervisor.Kind  // of a counter
}

var machineTable = []machineRow{
	machinesThat("ready", func(k *known) int { return k.ready }),
	machinesThat("draining", func(k *known) int { return k.draining }),
	machinesThat("unused", func(k *known) int { return k.unused }),
	slotsThat("free", func(k *known) int { return k.free }),
	slotsThat("taken", func(k *known) int { return k.taken }),
	thatHappened("joined", supervisor.MachineJoined),
	thatHappened("draining", supervisor.MachineDraining),
	thatHappened("left", supervisor.MachineLeft),
	thatHappened("lost", supervisor.MachineLost),
}

func machinesThat(state string, now func(*known) int) machineRow {
	return machineRow{now: now, Family: Family{
		Name: "longshore_machines", Fixed: Label{"state", state},
		Instrument: "longshore.machine." + state, Unit: "{machine}", Type: Gauge,
		Help: "Machines of the fleets that runs and functions are on, by state; unused ones run another program, or are not to be used.",
	}}
}

func slotsThat(state string, now func(*known) int) machineRow {
	return machineRow{now: now, Family: Family{
		Name: "longshore_machine_slots", Fixed: Label{"state", state},
		Instrument: "longshore.machine." + state + "_slots", Unit: "{slot}", Type: Gauge,
		Help: "Slots of machines that are ready, by state; who has taken them may be another program.",
	}}
}

func thatHappened(event string, kind supervisor.Kind) machineRow {
	return machineRow{did: kind, Family: Family{
		Name: "longshore_machine_events_total", Fixed: Label{"event", event},
		Instrument: "longshore.machine.events." + event, Unit: "{machine}", Type: Counter,
		Help: "What happened to machines while a run or a function was on their fleet. From events.",
	}}
}

// machineFamilies has no sample of a gauge where nothing is on a fleet, and none at all where nothing ever was.
func machineFamilies(now *known, h happenings) []Family {
	families := make([]Family, len(machineTable))
	for i, row := range machineTable {
		families[i] = row.Family
		switch {
		case row.now == nil && h.any:
			families[i].Samples = []Sample{{Value: float64(h.count[row.did])}}
		case row.now != nil && now != nil:
			families[i].Samples = []Sample{{Value: float64(row.now(now))}}
		}
	}
	return families
}
