package journal

import (
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/durable"
)

// Crashes of containers. What is held against an input that has crashed its container outlives the
// process, until the input is settled: or one that takes each process along with some workers would
// never have had its last.

// struck is the inputs that were in crashes.
type struck struct{ against[durable.Crashes] }

// load reads what is recorded.
func (s *struck) load(d *database) error {
	s.all = map[chunk.Key]durable.Crashes{}
	err := d.query("SELECT key, crashes, strikes, certain FROM crashes", nil, func(row []any) error {
		key, _ := row[0].([]byte)
		var n [3]int64
		for i := range n {
			n[i], _ = row[1+i].(int64)
		}
		if len(key) == len(chunk.Key{}) && n[0] > 0 { // else it is damaged
			s.all[chunk.Key(key)] = durable.Crashes{Crashes: int(n[0]), Strikes: int(n[1]), Certain: int(n[2])}
		}
		return nil
	})
	s.some.Store(len(s.all) > 0)
	return err
}

// Struck implements [durable.Log].
func (l *log) Struck() bool { return l.struck.some.Load() }

// Crashes implements [durable.Log].
func (l *log) Crashes(key chunk.Key) (c durable.Crashes, any bool) {
	l.struck.mu.Lock()
	defer l.struck.mu.Unlock()
	c, any = l.struck.all[key]
	return c, any
}

// Crashed implements [durable.Log].
func (l *log) Crashed(key chunk.Key, c durable.Crashes) error {
	l.struck.mu.Lock()
	l.struck.all[key] = c
	l.struck.some.Store(true)
	l.struck.mu.Unlock()
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	if err := l.begin(); err != nil {
		return l.broken("record", err)
	}
	err := l.f.db.run("INSERT OR REPLACE INTO crashes VALUES (?, ?, ?, ?)", []any{key[:], int64(c.Crashes), int64(c.Strikes), int64(c.Certain)})
	return l.broken("record", err)
}

// forgive takes back what is held against an input: it is settled.
func (l *log) forgive(key chunk.Key) error {
	if err := l.begin(); err != nil {
		return err
	}
	return l.f.db.run("DELETE FROM crashes WHERE key = ?", []any{key[:]})
}
