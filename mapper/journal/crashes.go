package journal

import "github.com/longshore-go/longshore/internal/logbook"

// loadStruck reads what is held against inputs for crashes of their containers.
func (l *log) loadStruck(d *database) error {
	all := map[logbook.Key]logbook.Crashes{}
	err := d.query("SELECT key, crashes, strikes, certain FROM crashes", nil, func(row []any) error {
		key, _ := row[0].([]byte)
		var n [3]int64
		for i := range n {
			n[i], _ = row[1+i].(int64)
		}
		if len(key) == len(logbook.Key{}) && n[0] > 0 { // else it is damaged
			all[logbook.Key(key)] = logbook.Crashes{Crashes: int(n[0]), Strikes: int(n[1]), Certain: int(n[2])}
		}
		return nil
	})
	l.Set(all)
	return err
}

// Crashed implements [logbook.Log].
func (l *log) Crashed(key logbook.Key, c logbook.Crashes) error {
	l.Note(key, c)
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	if err := l.begin(); err != nil {
		return l.broken("record", err)
	}
	err := l.f.db.run("INSERT OR REPLACE INTO crashes VALUES (?, ?, ?, ?)", []any{key[:], int64(c.Crashes), int64(c.Strikes), int64(c.Certain)})
	return l.broken("record", err)
}

// forgive takes back what is held against an input: it is settled.
func (l *log) forgive(key logbook.Key) error {
	if err := l.begin(); err != nil {
		return err
	}
	return l.f.db.run("DELETE FROM crashes WHERE key = ?", []any{key[:]})
}
