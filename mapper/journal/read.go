package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
	"github.com/longshore-go/longshore/mapper/recorded"
)

// What a journal says to people, whatever keeps it, is package recorded's.
type (
	Reader      = recorded.Reader
	Entry       = recorded.Entry
	State       = recorded.State
	Stats       = recorded.Stats
	Report      = recorded.Report
	Cause       = recorded.Cause
	FailedInput = recorded.FailedInput
	Suspect     = recorded.Suspect
	Format      = recorded.Format
)

// The states of an entry, and the formats of [Reader.Export].
const (
	Succeeded = recorded.Succeeded
	Failed    = recorded.Failed
	Begun     = recorded.Begun

	CSV       = recorded.CSV
	JSONLines = recorded.JSONLines
)

// Read opens a journal for reading, while it is written or afterwards. It takes no lock and keeps nothing open, so there is
// nothing to close. The errors are those of [Open], less the lock, and fs.ErrNotExist.
func Read(path string) (*Reader, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, failed("read", path, err)
	}
	switch have, err := examine(path); {
	case err != nil:
		return nil, failed("read", path, err)
	case have == 0:
		return nil, failed("read", path, fs.ErrNotExist)
	}
	return recorded.New(path, func(context.Context) (recorded.Content, error) { return openContent(path) }), nil
}

// content is what is in the file. It sees what is committed, a page at a time.
type content struct {
	*database
	manifest map[string]string
}

func openContent(path string) (*content, error) {
	mode := readOnly
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		mode = immutable // nobody has it open
	}
	d, err := openDatabase(path, mode, "busy_timeout(10000)", "query_only(1)", "trusted_schema(0)")
	if err != nil {
		return nil, failed("read", path, err)
	}
	c := &content{database: d}
	if err = d.verify(); err == nil {
		c.manifest, err = d.manifest()
	}
	if err != nil {
		_ = d.Close()
		return nil, failed("read", path, err)
	}
	return c, nil
}

// Each implements [recorded.Content].
func (c *content) Each(yield func(Entry, error) bool) error {
	for from := int64(record.First); ; {
		rows := 0
		err := c.query("SELECT idx, key, state, attempts, value, input, sum FROM results WHERE idx >= ? ORDER BY idx LIMIT 1024",
			[]any{from}, func(columns []any) error {
				rows++
				row := rowOf(columns)
				from = row.idx + 1
				if !yield(c.entry(row)) {
					return errEnough
				}
				return nil
			})
		switch {
		case err == errEnough:
			return nil
		case err != nil || rows < page:
			return failed("read", c.path, err)
		}
	}
}

// entry is a row for people.
func (c *content) entry(r readRow) (Entry, error) {
	e, err := record.EntryOf(r.idx, r.key, r.record(), c.manifest)
	if err != nil {
		return e, c.corrupt(fmt.Errorf("row %d: %w", r.idx, err))
	}
	if text, ok := r.input.(string); ok {
		e.Input = json.RawMessage(text)
	}
	return e, nil
}

// About implements [recorded.Content].
func (c *content) About() (a recorded.About, err error) {
	m := c.manifest
	limit := limitOf(number(m[record.FieldCrashLimit]), number(m[fieldOutside]))
	a = recorded.About{Manifest: m, Deaths: number(m[fieldDeaths])}
	for _, ours := range []string{fieldDeath, fieldDeaths, fieldOutside} {
		delete(m, ours)
	}
	err = c.query("SELECT key, deaths, certain FROM deaths ORDER BY certain DESC, deaths DESC, key", nil, func(row []any) error {
		key, _ := row[0].([]byte)
		deaths, _ := row[1].(int64)
		certain, _ := row[2].(int64)
		if len(key) == len(logbook.Key{}) && deaths > 0 {
			a.Suspects = append(a.Suspects, recorded.Suspect{Key: fmt.Sprintf("%x", key), Deaths: int(deaths), Convicted: int(certain) >= limit})
		}
		return nil
	})
	return a, failed("read", c.path, err)
}
