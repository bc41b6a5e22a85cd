package journal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// Options says what is recorded, and what becomes of it in the next life of the run. The zero value
// works.
type Options struct {
	// Version is what the results depend on besides the inputs: a model, a prompt, flags, the
	// function. Another one than is recorded is a *MismatchError. Zero means no check.
	Version string

	// Key is the identity of an input, see KeyOf. It must be the same in every life, is called
	// concurrently, and may be called several times for an input. Zero means what the input
	// contains: strings, byte slices, numbers, bools, what has MarshalText or MarshalJSON, and
	// slices, maps, pointers and structs of those. Other types, and fields that are not
	// exported, are an *EncodingError before the first input.
	Key func(in any) string

	// Codec writes values. Zero means JSON, and strings, bytes and integers as they are.
	Codec Codec

	// KeepFailed makes recorded failures final: each is a *StoredError again. Zero means that
	// they run again.
	KeepFailed bool

	// RetryPoison runs inputs again that have killed the process. Zero means that they fail with a
	// *DeathError.
	RetryPoison bool

	// FreshOnly delivers only what was not recorded when the run began; Collect has zero values
	// in the other places. Zero means that all is delivered.
	FreshOnly bool

	// NoSync leaves it to the system when a commit reaches the disk: delivered results survive
	// kill -9, not a power cut. Zero means both.
	NoSync bool

	// StoreInputs keeps the inputs as JSON beside their results, for people. Zero means that
	// only their keys are on the disk.
	StoreInputs bool

	// Redact is given the texts of errors and stacks before they are recorded. Zero means as they are.
	Redact func(string) string

	// Adopt accepts another Version than is recorded, and records it. Zero means that it is a
	// *MismatchError.
	Adopt bool
}

// File is a journal in a file, for [mapper.Options.Journal]. It serves one run at a time, any
// number of times. Its methods are safe for concurrent use.
type File struct {
	path  string
	opts  Options
	owner *owner

	mu   sync.Mutex
	db   *database // nil once it is closed
	busy bool      // a run uses it

	adopted *string // the Version that was recorded, where another one is adopted
}

var _ mapper.Journal = (*File)(nil)

// maxValue is how long a value may be: SQLite's limit, less what else is in its row.
const maxValue = 1_000_000_000 - 1<<16

var errClosed = errors.New("it is closed")

// Open opens the journal at path, or makes an empty one; only its owner may read that. Whoever opens
// it closes it. It blocks for as long as the disk takes.
//
// The errors are a *[LockedError] where it is open already, a *[MismatchError] for another Version,
// Key or Codec, a *[FormatError] for what is no journal or a newer one, a *[CorruptError], and
// otherwise a *[JournalError]. None of them changes the file. A path on a network file system is a
// *policy.InvalidError.
func Open(path string, o Options) (*File, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, failed("open", path, err)
	}
	own, err := lock(path)
	if err != nil {
		return nil, failed("open", path, err)
	}
	db, adopted, err := open(path, o)
	if err != nil {
		own.leave()
		return nil, failed("open", path, err)
	}
	f := &File{path: path, opts: o, owner: own, db: db, adopted: adopted}
	err = db.death(own)
	if err == nil {
		err = own.enter()
	}
	if err != nil {
		_ = db.Close()
		own.leave()
		return nil, failed("open", path, err)
	}
	return f, nil
}

// resolve is the path of the file itself, so that two names of it have one lock.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return path, err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	} else if !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return path, err
	case info.IsDir():
		return path, syscall.EISDIR
	case !info.Mode().IsRegular():
		return path, errors.New("it is no regular file")
	}
	if name := networkOf(filepath.Dir(path)); name != "" {
		return path, &policy.InvalidError{Field: "path", Value: path, Reason: "must not be on a network file system (" + name + "): locks and commits cannot be relied upon there"}
	}
	return path, nil
}

// open opens the database of a journal that is locked. Where another version is adopted, adopted is
// the one that was recorded.
func open(path string, o Options) (d *database, adopted *string, err error) {
	have, err := examine(path)
	if err != nil {
		return nil, nil, err
	}
	if have == 0 {
		if err := makeNew(path); err != nil {
			return nil, nil, err
		}
	}
	sync := "synchronous(full)"
	if o.NoSync {
		sync = "synchronous(normal)"
	}
	d, err = openDatabase(path, readWrite, "busy_timeout(10000)", sync, "fullfsync(1)",
		"cell_size_check(1)", "trusted_schema(0)", "wal_autocheckpoint(4000)", "journal_size_limit(33554432)")
	if err != nil {
		return nil, nil, err
	}
	err = d.update(path, migrations())
	if err == nil {
		err = d.verify()
	}
	if err == nil {
		adopted, err = d.agree(path, record.OwnLines(o.Version, o.Key != nil, o.Codec), o.Adopt)
	}
	if err != nil {
		_ = d.Close()
		return nil, nil, err
	}
	return d, adopted, nil
}

// Close closes the journal: everything is in its one file then. A run that still uses it fails. It
// is an error only where that could not be written, and nothing the second time.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.db == nil {
		return nil
	}
	if f.busy {
		_ = f.db.exec("ROLLBACK") // what its run has not committed nobody has seen; an error where nothing is open
	}
	err := f.db.exec("PRAGMA wal_checkpoint(TRUNCATE)")
	err = errors.Join(err, f.db.Close())
	f.db = nil
	f.owner.end()
	return failed("close", f.path, err)
}

// Begin implements [mapper.Journal]. The errors are an *[EncodingError] for types that it cannot
// hold, a *[MismatchError] for a run of other types, or another name, and a *policy.InvalidError
// while another run uses it.
func (f *File) Begin(_ context.Context, about logbook.About) (logbook.Log, error) {
	keys, err := record.NewKeyer(about.In, f.opts.Key)
	if err != nil {
		return nil, err
	}
	values := record.NewValuer(about.Out, f.opts.Codec, maxValue, "1 GB")
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.db == nil:
		return nil, failed("begin", f.path, errClosed)
	case f.busy:
		return nil, &policy.InvalidError{Field: "Journal", Value: f.path, Reason: "serves another run: one at a time"}
	}
	past, err := f.before()
	if err != nil {
		return nil, failed("begin", f.path, err)
	}
	if _, err := f.db.agree(f.path, record.RunLines(about, values), false); err != nil {
		return nil, failed("begin", f.path, err)
	}
	l := &log{
		f: f, past: past, values: values,
		lookup:   record.Lookup{Keys: keys, KeepFailed: f.opts.KeepFailed, AtMostOnce: about.AtMostOnce, Lock: &f.mu, Scan: f.scan},
		recaller: record.Recaller{Values: values, Silent: f.opts.FreshOnly, AtMostOnce: about.AtMostOnce},
	}
	l.suspicion.again = f.opts.RetryPoison
	if err := errors.Join(l.suspicion.bound(f.db, record.CrashLimit(about)), l.suspicion.load(f.db), l.loadStruck(f.db)); err != nil {
		return nil, failed("begin", f.path, err)
	}
	f.owner.anew(f.owner.file)
	f.busy = true
	return l, nil
}
