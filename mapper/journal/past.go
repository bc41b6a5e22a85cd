package journal

import "github.com/longshore-go/longshore/mapper/internal/durable"

// What a run is told of the lives before it.

// before is what a run is told that begins now. The caller holds the lock.
func (f *File) before() (p durable.Past, err error) {
	recorded, err := f.db.manifest()
	if err != nil {
		return p, err
	}
	_, used := recorded[fieldIn]
	p = durable.Past{Path: f.path, New: !used, Silent: f.opts.FreshOnly}
	if v := f.adopted; v != nil {
		p.Adopted, p.Before = true, *v
	}
	err = f.db.query("SELECT EXISTS (SELECT 1 FROM results)", nil, func(row []any) error {
		p.Some = row[0] == int64(1)
		return nil
	})
	return p, err
}

// looked notes that the inputs of a slice were looked up among so many rows. Nothing else uses the log yet.
func (l *log) looked(rows int) {
	l.past.Looked, l.past.Rows = true, rows
	for i := range l.places.strays {
		if !l.places.strays[i].claimed {
			l.past.Strays++
		}
	}
}

// Past implements [durable.Log].
func (l *log) Past() durable.Past { return l.past }

// Deaths implements [durable.Log].
func (l *log) Deaths() durable.Deaths {
	s := &l.suspicion
	d := durable.Deaths{Process: s.deaths}
	if !s.some.Load() {
		return d
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if s.guilty(one.certain) {
			d.Convicted++
		} else {
			d.Suspects++
		}
	}
	return d
}
