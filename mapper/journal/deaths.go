package journal

import (
	"errors"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// Deaths of the whole process. An owner that has left without closing the journal, on a machine that
// has not been started anew since, has died, and what was executing is suspected of it. A suspect
// executes alone from then on, and has a share in no death but those in which it did; it is guilty
// once these are as many as the CrashLimit says. One that comes to an end is no suspect any more.
//
// Something else may kill the process, too. Where that happens some time after its start, whatever
// takes longer would be hit alone again and again. So a suspect that was hit alone does not execute
// in the next life before the process has lived, with nothing executing, for longer than it had when
// it died. If it dies before that, there was nobody to blame, and neither was there before: such
// suspects are none any more.
//
// Somebody may kill the process from outside, at random. That this happens is certain of a
// death in which nothing was executing, and where a suspect that was hit alone comes to an end
// later. With each such death one more is needed, up to three times the CrashLimit: an innocent
// would have to be hit in its own time in that many lives, and in no life come to its end.

// death records that of the last owner, if it was one.
func (d *database) death(o *owner) error {
	if o.last == nil || o.last.Boot == "" || o.last.Boot != bootID() {
		return nil
	}
	recorded, err := d.manifest()
	if err != nil || recorded[fieldDeath] == o.last.Life {
		return err // it was recorded, and then this process died, too
	}
	var before suspicion
	if err := before.load(d); err != nil {
		return err
	}
	v := verdictOf(left(o.file))
	outside := len(v.blamed) == 0
	if err := d.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	survived := v.survived
	if v.nobody() {
		survived = append(survived, before.hitAlone()...)
	}
	for _, key := range survived {
		outside = outside || before.All[key].certain > 0 // it was hit, and not to blame
		if err := d.acquit(key); err != nil {
			return err
		}
	}
	for key := range v.blamed {
		if err := d.suspect(key, v.certain, v.wait(o.last.Opened)); err != nil {
			return err
		}
	}
	notes := []record.Line{{Name: fieldDeath, Value: o.last.Life}, {Name: fieldDeaths, Value: strconv.Itoa(number(recorded[fieldDeaths]) + 1)}}
	if outside {
		notes = append(notes, record.Line{Name: fieldOutside, Value: strconv.Itoa(number(recorded[fieldOutside]) + 1)})
	}
	for _, e := range notes {
		if err := d.note(e); err != nil {
			return err
		}
	}
	return d.exec("COMMIT")
}

// suspect counts a death of an input.
func (d *database) suspect(key logbook.Key, certain, wait int64) error {
	err := d.run("INSERT INTO deaths VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET deaths = deaths + 1, certain = certain + excluded.certain",
		[]any{key[:], certain})
	if err != nil || certain == 0 {
		return err
	}
	return d.run("INSERT INTO waits VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET wait = max(wait, excluded.wait)", []any{key[:], wait})
}

// acquit takes back that an input is suspected.
func (d *database) acquit(key logbook.Key) error {
	return errors.Join(d.run("DELETE FROM deaths WHERE key = ?", []any{key[:]}), d.run("DELETE FROM waits WHERE key = ?", []any{key[:]}))
}

// suspicion is what is known of deaths. It is safe for concurrent use.
type suspicion struct {
	limit  int  // of certain deaths
	again  bool // nobody is guilty
	deaths int  // of the process, whoever is suspected of them

	record.Against[held]
}

// held is what is held against an input.
type held struct {
	deaths, certain int
	wait            time.Duration // since the journal was opened
}

// bound says how many deaths there were, and how many certain ones make an input guilty.
func (s *suspicion) bound(d *database, crashLimit int) error {
	recorded, err := d.manifest()
	s.deaths = number(recorded[fieldDeaths])
	s.limit = limitOf(crashLimit, number(recorded[fieldOutside]))
	return err
}

// limitOf is how many certain deaths make an input guilty, where so many were certainly no input's.
func limitOf(crashLimit, outside int) int { return crashLimit + min(outside, 2*crashLimit) }

// number is what a line of the manifest says, 0 where it says nothing.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// load reads what is recorded.
func (s *suspicion) load(d *database) error {
	s.All = map[logbook.Key]held{}
	err := d.query("SELECT key, deaths, certain, coalesce(wait, 0) FROM deaths LEFT JOIN waits USING (key)", nil, func(row []any) error {
		key, _ := row[0].([]byte)
		deaths, _ := row[1].(int64)
		certain, _ := row[2].(int64)
		wait, _ := row[3].(int64)
		if len(key) == len(logbook.Key{}) && deaths > 0 { // else it is damaged
			s.All[logbook.Key(key)] = held{int(deaths), int(certain), time.Duration(wait) * time.Millisecond}
		}
		return nil
	})
	s.Some.Store(len(s.All) > 0)
	return err
}

// hitAlone are the suspects that have been alone in a death.
func (s *suspicion) hitAlone() (some []logbook.Key) {
	for key, h := range s.All {
		if h.certain > 0 {
			some = append(some, key)
		}
	}
	return some
}

// suspects are those of the keys that are.
func (s *suspicion) suspects(keys []logbook.Key) (some []logbook.Key) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, key := range keys {
		if _, is := s.All[key]; is {
			some = append(some, key)
		}
	}
	return some
}

// Suspected implements [logbook.Log].
func (l *log) Suspected() bool { return l.suspicion.Some.Load() }

// Suspicion implements [logbook.Log]. One that was hit alone waits for longer than that took, by what
// starts of a process differ.
func (l *log) Suspicion(key logbook.Key) logbook.Suspicion {
	l.suspicion.Mu.Lock()
	defer l.suspicion.Mu.Unlock()
	h := l.suspicion.All[key]
	s := logbook.Suspicion{Deaths: h.deaths, Guilty: l.suspicion.guilty(h.certain)}
	if h.certain > 0 {
		s.Wait = max(h.wait+h.wait/4+200*time.Millisecond-time.Since(l.f.owner.opened), 0)
	}
	return s
}

// Alive implements [logbook.Log].
func (l *log) Alive() { l.f.owner.alive() }

// guilty reports whether so many certain deaths are enough.
func (s *suspicion) guilty(certain int) bool { return certain >= s.limit && !s.again }

// Mark implements [logbook.Log].
func (l *log) Mark() *logbook.Slot { return l.f.owner.take(l.f.owner.file) }

// Unmark implements [logbook.Log].
func (l *log) Unmark(s *logbook.Slot) { l.f.owner.put(s) }

// Survived implements [logbook.Log].
func (l *log) Survived(keys []logbook.Key) {
	l.f.owner.enroll(l.f.owner.file, l.suspicion.suspects(keys))
}

// Excuse implements [logbook.Log].
func (l *log) Excuse() { l.f.owner.excuse() }
