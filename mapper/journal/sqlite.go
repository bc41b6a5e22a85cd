package journal

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// This file is all that knows the driver. It is used without package sql, whose pool is of no
// use to one connection, and costs two allocations a row.

// database is one connection. It is not safe for concurrent use.
type database struct {
	path string
	conn driver.Conn
	stmt map[string]driver.Stmt // those that are used again
	args []driver.NamedValue
}

// openDatabase opens the file at path, which is there, with some pragmas.
func openDatabase(path, mode string, pragmas ...string) (*database, error) {
	values := url.Values{"mode": {mode}, "_pragma": pragmas}
	if mode == immutable {
		values.Set("mode", readOnly)
		values.Set("immutable", "1")
	}
	dsn := url.URL{Scheme: "file", Path: slashed(path), RawQuery: values.Encode()}
	conn, err := (&sqlite.Driver{}).Open(dsn.String())
	d := &database{path: path, conn: conn, stmt: map[string]driver.Stmt{}}
	return d, d.wrap(err)
}

// How a database is opened. An immutable one is read without any file beside it.
const (
	readWrite = "rw"
	readOnly  = "ro"
	immutable = "immutable"
)

// slashed is a path as a URL has it.
func slashed(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive
	}
	return path
}

// Close closes the connection. What is not committed is rolled back.
func (d *database) Close() error {
	var errs []error
	for _, s := range d.stmt {
		errs = append(errs, s.Close())
	}
	d.stmt = nil
	return d.wrap(errors.Join(append(errs, d.conn.Close())...))
}

// exec executes a statement.
func (d *database) exec(text string, args ...any) error {
	_, err := d.conn.(driver.ExecerContext).ExecContext(context.Background(), text, d.named(args))
	return d.wrap(err)
}

// prepared returns a statement that is kept.
func (d *database) prepared(text string) (driver.Stmt, error) {
	if s := d.stmt[text]; s != nil {
		return s, nil
	}
	s, err := d.conn.Prepare(text)
	if err != nil {
		return nil, d.wrap(err)
	}
	d.stmt[text] = s
	return s, nil
}

// run executes a statement that is kept.
func (d *database) run(text string, args []any) error {
	s, err := d.prepared(text)
	if err != nil {
		return err
	}
	_, err = s.(driver.StmtExecContext).ExecContext(context.Background(), d.named(args))
	return d.wrap(err)
}

// query calls each for every row, whose values are string, []byte, int64, float64 or nil. The
// slice is used again. An error of each ends it.
func (d *database) query(text string, args []any, each func([]any) error) error {
	s, err := d.prepared(text)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), d.named(args))
	if err != nil {
		return d.wrap(err)
	}
	defer rows.Close()
	values := make([]driver.Value, len(rows.Columns()))
	row := make([]any, len(values))
	for {
		switch err := rows.Next(values); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return d.wrap(err)
		}
		for i, v := range values {
			row[i] = v
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

func (d *database) named(args []any) []driver.NamedValue {
	d.args = d.args[:0]
	for i, v := range args {
		d.args = append(d.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return d.args
}

// wrap is an error of the driver as one of ours.
func (d *database) wrap(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_ERROR:
		return d.corrupt(err) // our statements have no errors of their own
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", syscall.EROFS, err)
	case sqlite3.SQLITE_IOERR:
		if noSpace(d.path) {
			return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
		}
	}
	return err
}

func (d *database) corrupt(err error) error { return &CorruptError{Path: d.path, Err: err} }

// bytesOf is the bytes of a string that nobody writes to.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
