package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
)

// report is what came of a load.
type report struct {
	loaded   int
	cents    int64
	bad      []mapper.Result[row, int64]
	restored int // rows that the journal knew
	took     time.Duration
}

// load is what is to be done. It knows nothing of the starts before but where their journal is. Each batch that is committed is
// told to loaded.
func load(ctx context.Context, c config, loaded func(int)) (r report, err error) {
	began := time.Now()
	in, err := os.Open(c.file())
	if err != nil {
		return r, err
	}
	defer in.Close()
	t, err := openTable(c.database())
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, t.db.Close()) }()
	t.loaded = loaded
	// A row that the database has refused is not tried again at the next start.
	j, err := journal.Open(c.journal(), journal.Options{Version: "orders 1", KeepFailed: true})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()

	opts := c.opts
	opts.Journal = j
	opts.Retries = policy.Retries{MaxRetries: 3, InitialDelay: 100 * time.Millisecond} // the database is busy
	opts.ReturnExceptions = true                                                       // bad rows are results
	opts.FailureLimit = policy.FailureLimit{Ratio: 0.5, Of: 2 * c.batch.Size}          // this is not our file
	run, err := mapper.Batched(t.insert, c.batch).Start(ctx, mapper.Source(readCSV(in)), opts)
	if err != nil {
		return r, err
	}
	for row := range run.All() {
		switch {
		case row.Index < 0: // the file, and no row of it: Wait says it too
		case row.Err != nil:
			r.bad = append(r.bad, row)
		default:
			r.loaded++
			r.cents += row.Value
		}
	}
	r.restored, r.took = run.Stats().Restored, time.Since(began)
	return r, run.Wait()
}

// check compares the table with the file.
func (r report) check(ctx context.Context, c config, want expected) error {
	t, err := openTable(c.database())
	if err != nil {
		return err
	}
	defer t.db.Close()
	rows, cents, err := t.sum(ctx)
	switch {
	case err != nil:
		return err
	case rows != want.good || cents != want.cents:
		return fmt.Errorf("the table has %d rows and %d cents, the file %d good ones and %d cents", rows, cents, want.good, want.cents)
	case r.loaded != want.good || r.cents != want.cents || len(r.bad) != want.bad:
		return fmt.Errorf("the results are %d rows, %d cents and %d failures, and the file has %+v", r.loaded, r.cents, len(r.bad), want)
	}
	return nil
}
