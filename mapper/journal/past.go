package journal

import (
	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// What a run is told of the lives before it.

// before is what a run is told that begins now. The caller holds the lock.
func (f *File) before() (p logbook.Past, err error) {
	recorded, err := f.db.manifest()
	if err != nil {
		return p, err
	}
	_, used := recorded[record.FieldIn]
	p = logbook.Past{Path: f.path, New: !used, Silent: f.opts.FreshOnly}
	if v := f.adopted; v != nil {
		p.Adopted, p.Before = true, *v
	}
	err = f.db.query("SELECT EXISTS (SELECT 1 FROM results)", nil, func(row []any) error {
		p.Some = row[0] == int64(1)
		return nil
	})
	return p, err
}

// looked notes that the inputs of a slice were looked up. Nothing else uses the log yet.
func (l *log) looked() {
	l.past.Looked = true
	l.past.Rows, l.past.Strays = l.lookup.Seen()
}

// Past implements [logbook.Log].
func (l *log) Past() logbook.Past { return l.past }

// Deaths implements [logbook.Log].
func (l *log) Deaths() logbook.Deaths {
	s := &l.suspicion
	d := logbook.Deaths{Process: s.deaths}
	if !s.Some.Load() {
		return d
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, one := range s.All {
		if s.guilty(one.certain) {
			d.Convicted++
		} else {
			d.Suspects++
		}
	}
	return d
}
