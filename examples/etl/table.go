package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/longshore-go/longshore/policy"
)

// table is the database that the rows are loaded into.
type table struct {
	db     *sql.DB
	loaded func(rows int) // is told of each batch that is committed
}

// openTable opens the database at path, or makes it. The table has its own opinion on what a row is.
func openTable(path string) (*table, error) {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive
	}
	// A transaction takes the lock when it begins, and waits for whoever has it. A power cut may take the last of what is
	// committed along: the example is about kill -9.
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(normal)"},
	}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	_, err = db.Exec(`CREATE TABLE IF NOT EXISTS orders (
		id       INTEGER PRIMARY KEY,
		customer TEXT NOT NULL,
		cents    INTEGER NOT NULL CHECK (cents >= 0)
	) STRICT`)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &table{db: db, loaded: func(int) {}}, nil
}

// insert is the function that runs in the containers: a batch is one transaction, which has its effect as a whole or not at
// all. It may be given a row again that it has inserted before, and then has nothing to do. The value of a row is the cents
// that the database made of it.
func (t *table) insert(ctx context.Context, rows []row) ([]int64, error) {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() // nothing after Commit
	insert, err := tx.PrepareContext(ctx, `INSERT INTO orders VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, cents = excluded.cents RETURNING cents`)
	if err != nil {
		return nil, err
	}
	defer insert.Close()
	cents := make([]int64, len(rows))
	for i, r := range rows {
		if err := insert.QueryRowContext(ctx, r.ID, r.Customer, r.Cents).Scan(&cents[i]); err != nil {
			return nil, judge(err)
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	t.loaded(len(rows))
	return cents, nil
}

// judge tells a row that the database will never take from a database that is busy. It does not say which row of the batch
// that is: nobody need know, since the batch is tried again in halves.
func judge(err error) error {
	failed, ok := errors.AsType[*sqlite.Error](err)
	if ok && failed.Code()&0xff == sqlite3.SQLITE_CONSTRAINT {
		return policy.Permanent(err)
	}
	return err
}

// sum is what is in the table.
func (t *table) sum(ctx context.Context) (rows int, cents int64, err error) {
	err = t.db.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(cents), 0) FROM orders`).Scan(&rows, &cents)
	return rows, cents, err
}
