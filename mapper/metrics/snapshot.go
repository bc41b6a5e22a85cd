package metrics

import (
	"maps"
	"slices"

	"github.com/longshore-go/longshore/supervisor"
)

// Snapshot returns every family in the order of the tables, with a sample for each function, or one for all
// machines; one without samples has none yet. It pulls the views on the caller's goroutine, holds no
// lock meanwhile, and is a value that nothing changes any more. A fleet that does not answer is waited for a second.
func (r *Registry) Snapshot() []Family {
	sums, functions, happened, live := r.copy()
	fleets := map[supervisor.Fleet]bool{}
	for _, w := range live {
		now := read(w.view)
		if f := fleetOf(now.About); f != nil && !now.ended {
			fleets[f] = true
		}
		for i, row := range table {
			if v := row.of(now); row.most {
				sums[w.series][i] = max(sums[w.series][i], v)
			} else {
				sums[w.series][i] += v
			}
		}
	}
	r.hold(sums)
	return slices.Concat(pulled(sums), toldBy(functions), machineFamilies(ask(fleets), happened))
}

// copy returns the sums of what has ended, what events have told, and what lives: of one
// moment, so that what ends meanwhile is in one of them and not in two.
func (r *Registry) copy() (sums map[*series][]float64, functions []function, happened happenings, live []*watched) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sums = map[*series][]float64{}
	for _, name := range slices.Sorted(maps.Keys(r.names)) {
		f := r.names[name]
		functions = append(functions, function{name: f.name, told: f.told.copy()})
		for _, s := range f.series {
			if s != nil {
				sums[s] = slices.Clone(s.ended)
			}
		}
	}
	happened = happenings{any: r.happened.any, count: maps.Clone(r.happened.count)}
	return sums, functions, happened, slices.Collect(maps.Values(r.watched))
}

// hold lets no counter fall, which would be read as a new beginning from 0: the counts of a
// view are not of one moment, and another Snapshot may have been faster than this one.
func (r *Registry) hold(sums map[*series][]float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s, values := range sums {
		for i, row := range table {
			if row.typ == Counter {
				s.shown[i] = max(s.shown[i], values[i])
				values[i] = s.shown[i]
			}
		}
	}
}

// pulled is the families of the table.
func pulled(sums map[*series][]float64) []Family {
	all := slices.SortedFunc(maps.Keys(sums), func(a, b *series) int {
		return slices.Compare(a.labels, b.labels)
	})
	families := make([]Family, len(table))
	for i, row := range table {
		f := Family{
			Name: row.name, Instrument: row.otel, Unit: row.unit, Type: row.typ, Help: row.help,
			Labels: []string{"function", "kind"}, Fixed: row.label,
		}
		for _, s := range all {
			if s.pools.Load() || !row.pool {
				f.Samples = append(f.Samples, Sample{Labels: s.labels, Value: sums[s][i]})
			}
		}
		families[i] = f
	}
	return families
}
