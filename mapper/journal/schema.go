package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/longshore-go/longshore/internal/record"
)

// The database: what is in it, and by what it is known. The names are for people, too, who may
// query it while it is written.

const (
	applicationID = 0x4c4a6e6c // LJnl
	format        = 2          // of the schema
)

// definition is a part of the database.
type definition struct{ name, sql string }

// schema is what a journal consists of, by name. A row of results is an input: at the place of its
// index, or where that is taken by one that has moved, at any that is free, below 0.
// It is that of format 1, which all have.
var schema = []definition{
	{"manifest", "CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID"},
	{"results", "CREATE TABLE results (idx INTEGER PRIMARY KEY, key BLOB NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, value, input, sum INTEGER NOT NULL)"},
	{"deaths", "CREATE TABLE deaths (key BLOB PRIMARY KEY, deaths INTEGER NOT NULL, certain INTEGER NOT NULL) WITHOUT ROWID"},
	{"failures", "CREATE VIEW failures AS SELECT idx, lower(hex(key)) AS key, attempts, value ->> 'kind' AS kind, value ->> 'text' AS error, value ->> 'stack' AS stack FROM results WHERE state = 1"},
	{"progress", "CREATE VIEW progress AS SELECT count(*) FILTER (WHERE state = 0) AS succeeded, count(*) FILTER (WHERE state = 1) AS failed, count(*) FILTER (WHERE state = 2) AS begun, (SELECT count(*) FROM deaths) AS suspects FROM results"},
}

// added is what later formats have besides, by the format.
var added = map[int][]definition{
	2: {
		{"waits", "CREATE TABLE waits (key BLOB PRIMARY KEY, wait INTEGER NOT NULL) WITHOUT ROWID"},
		{"crashes", "CREATE TABLE crashes (key BLOB PRIMARY KEY, crashes INTEGER NOT NULL, strikes INTEGER NOT NULL, certain INTEGER NOT NULL) WITHOUT ROWID"},
	},
}

// definitions are what a journal of a format consists of.
func definitions(format int) []definition {
	all := slices.Clone(schema)
	for f := 2; f <= format; f++ {
		all = append(all, added[f]...)
	}
	return all
}

// migrations are what makes a journal of each older format one of the next: the first makes format 2 of
// format 1, and so on.
func migrations() [][]string {
	steps := make([][]string, format-1)
	for i := range steps {
		for _, d := range added[i+2] {
			steps[i] = append(steps[i], d.sql)
		}
	}
	return steps
}

// update brings a journal of an older format up to the one behind the last of the steps, in one
// transaction.
func (d *database) update(path string, steps [][]string) error {
	from, err := d.format()
	switch known := len(steps) + 1; {
	case err != nil:
		return err
	case from < 1 || from > known:
		return &FormatError{Path: path, Format: from, Known: known}
	case from == known:
		return nil
	}
	if err := d.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err = d.steps(from, steps); err == nil {
		return d.exec("COMMIT")
	}
	return errors.Join(err, d.exec("ROLLBACK"))
}

// format is that of the journal. The header of the file may still say that it is older: what was
// committed last is in the WAL.
func (d *database) format() (have int, err error) {
	err = d.query("PRAGMA user_version", nil, func(row []any) error {
		n, _ := row[0].(int64)
		have = int(n)
		return nil
	})
	return have, err
}

func (d *database) steps(from int, steps [][]string) error {
	for _, step := range steps[from-1:] {
		for _, text := range step {
			if err := d.exec(text); err != nil {
				return err
			}
		}
	}
	return d.exec(fmt.Sprintf("PRAGMA user_version = %d", len(steps)+1))
}

// create makes an empty journal of an empty database.
func (d *database) create() error {
	for _, s := range definitions(format) {
		if err := d.exec(s.sql); err != nil {
			return err
		}
	}
	for _, e := range record.Informative() {
		if err := d.exec("INSERT INTO manifest VALUES (?, ?, ?)", e.Name, e.Value, int64(sumOf(e))); err != nil {
			return err
		}
	}
	if err := d.exec(fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	return d.exec(fmt.Sprintf("PRAGMA user_version = %d", format))
}

// verify fails where the database has not what a journal consists of: a damaged definition would
// read right rows wrong.
func (d *database) verify() error {
	have := map[string]any{}
	format, err := d.format()
	if err != nil {
		return err
	}
	err = d.query("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL", nil, func(row []any) error {
		name, _ := row[0].(string)
		have[name] = row[1]
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range definitions(format) {
		if have[s.name] != s.sql {
			return d.corrupt(fmt.Errorf("the definition of %s is damaged", s.name))
		}
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(parts ...[]byte) (sum uint32) {
	for _, p := range parts {
		sum = crc32.Update(sum, castagnoli, p)
	}
	return sum
}

// row is a row of results.
type row struct {
	idx      int64
	key      []byte
	state    int64
	attempts int64
	value    any // string, []byte, int64 or nil
	input    any // likewise
}

// sum is the checksum of a row, and of its place: that of another one is as wrong. SQLite notices pages
// that are broken, not bits that have flipped in them.
func (r *row) sum() int64 {
	var numbers [24]byte
	binary.LittleEndian.PutUint64(numbers[:], uint64(r.state))
	binary.LittleEndian.PutUint64(numbers[8:], uint64(r.attempts))
	binary.LittleEndian.PutUint64(numbers[16:], uint64(r.idx))
	sum := crc32.Update(0, castagnoli, r.key)
	sum = crc32.Update(sum, castagnoli, numbers[:])
	return int64(addTo(addTo(sum, r.value), r.input))
}

// addTo adds a value and its type.
func addTo(sum uint32, value any) uint32 {
	var own [9]byte
	switch v := value.(type) {
	case string:
		own[0] = 't'
		sum = crc32.Update(sum, castagnoli, own[:1])
		return crc32.Update(sum, castagnoli, bytesOf(v))
	case []byte:
		own[0] = 'b'
		sum = crc32.Update(sum, castagnoli, own[:1])
		return crc32.Update(sum, castagnoli, v)
	case int64:
		own[0] = 'i'
		binary.LittleEndian.PutUint64(own[1:], uint64(v))
		return crc32.Update(sum, castagnoli, own[:])
	default:
		return crc32.Update(sum, castagnoli, own[:1])
	}
}
