package journal

import (
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/durable"
)

// Deaths of the whole process. An owner that has left without closing the journal, on a machine that
// has not been started anew since, has died, and what was executing is suspected of it. A suspect
// executes alone from then on, so that the next death is certainly its own; it is guilty once as
// many are as the CrashLimit says. To be the only one that was executing by chance is not enough:
// somebody may have killed the process from outside, and that at random. One that comes to an end is no suspect any more.

// death records that of the last owner, if it was one.
func (d *database) death(o *owner) error {
	if o.last == nil || o.last.Boot == "" || o.last.Boot != bootID() {
		return nil
	}
	recorded, err := d.manifest()
	if err != nil || recorded[fieldDeath] == o.last.Life {
		return err // it was recorded, and then this process died, too
	}
	executing, alone := map[chunk.Key]bool{}, false
	for _, s := range left(o.file) {
		for _, key := range s.Executing() {
			executing[key] = true
		}
		alone = alone || s.Alone()
	}
	certain := int64(0)
	if alone && len(executing) == 1 {
		certain = 1
	}
	if err := d.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for key := range executing {
		err := d.run("INSERT INTO deaths VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET deaths = deaths + 1, certain = certain + excluded.certain",
			[]any{key[:], certain})
		if err != nil {
			return err
		}
	}
	e := entry{fieldDeath, o.last.Life}
	if err := d.exec("INSERT OR REPLACE INTO manifest VALUES (?, ?, ?)", e.name, e.value, int64(e.sum())); err != nil {
		return err
	}
	return d.exec("COMMIT")
}

// suspicion is what is known of deaths. It is safe for concurrent use.
type suspicion struct {
	limit int  // of certain deaths
	again bool // nobody is guilty
	some  atomic.Bool

	mu  sync.Mutex
	all map[chunk.Key]struct{ deaths, certain int }
}

// load reads what is recorded.
func (s *suspicion) load(d *database) error {
	s.all = map[chunk.Key]struct{ deaths, certain int }{}
	err := d.query("SELECT key, deaths, certain FROM deaths", nil, func(row []any) error {
		key, _ := row[0].([]byte)
		deaths, _ := row[1].(int64)
		certain, _ := row[2].(int64)
		if len(key) == len(chunk.Key{}) && deaths > 0 { // else it is damaged
			s.all[chunk.Key(key)] = struct{ deaths, certain int }{int(deaths), int(certain)}
		}
		return nil
	})
	s.some.Store(len(s.all) > 0)
	return err
}

// clear reports whether the input was a suspect, which it is no more.
func (s *suspicion) clear(key chunk.Key) bool {
	if !s.some.Load() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, was := s.all[key]
	delete(s.all, key)
	s.some.Store(len(s.all) > 0)
	return was
}

// Suspected implements [durable.Log].
func (l *log) Suspected() bool { return l.suspicion.some.Load() }

// Suspicion implements [durable.Log].
func (l *log) Suspicion(key chunk.Key) (deaths int, guilty bool) {
	l.suspicion.mu.Lock()
	defer l.suspicion.mu.Unlock()
	d := l.suspicion.all[key]
	return d.deaths, d.certain >= l.suspicion.limit && !l.suspicion.again
}

// Mark implements [durable.Log].
func (l *log) Mark() *durable.Slot { return l.f.owner.take(l.f.owner.file) }

// Unmark implements [durable.Log].
func (l *log) Unmark(s *durable.Slot) { l.f.owner.put(s) }
