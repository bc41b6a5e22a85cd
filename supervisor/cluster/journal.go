package cluster

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/recorded"
	"github.com/longshore-go/longshore/supervisor/cluster/internal/stream"
)

// Codec writes values of a journal as bytes, and reads them again, as that of package mapper/journal.
type Codec = record.Codec

// KeyOf is a JournalOptions.Key for inputs of one type. An input of another type has no key, which is a *mapper.EncodingError.
func KeyOf[In any](f func(In) string) func(any) string { return record.KeyOf(f) }

// JournalOptions say what a [Runtime.Journal] records, and what becomes of it in the next life of the run. The zero value works.
type JournalOptions struct {
	// Version is what the results depend on besides the inputs: a model, a prompt, flags, the function. Another one than is
	// recorded is a *mapper.MismatchError. Zero means no check.
	Version string

	// Key is the identity of an input, see KeyOf. It must be the same in every life, is called concurrently, and may be
	// called several times for an input. Zero means what the input contains, as in package mapper/journal.
	Key func(in any) string

	// Codec writes values. Zero means JSON, and strings, bytes and integers as they are.
	Codec Codec

	// KeepFailed makes recorded failures final: each is a *mapper.StoredError again. Zero means that they run again.
	KeepFailed bool

	// FreshOnly delivers only what was not recorded when the run began; Collect has zero values in the other places. Zero
	// means that all is delivered.
	FreshOnly bool

	// Redact is given the texts of errors and stacks before they are recorded. Zero means as they are.
	Redact func(string) string

	// Adopt accepts another Version than is recorded, and records it. Zero means that it is a *mapper.MismatchError.
	Adopt bool

	// Replicas is how many servers keep the stream, where it is made: it outlives fewer than half of them. All have to be there
	// then, and are waited for. Zero means one.
	Replicas int

	// MaxBytes is how large the stream may become, where it is made. One that is full ends the run with a
	// *mapper.JournalError that is an ENOSPC. Zero means no limit but the server's.
	MaxBytes int64

	// Wait is how long a server that is gone is waited for, before the run ends with a *mapper.JournalError. Zero means 30 s.
	Wait time.Duration
}

// Validate returns nil, or a *policy.InvalidError that names the first bad field.
func (o JournalOptions) Validate() error {
	switch {
	case o.Replicas < 0 || o.Replicas > 5:
		return invalid("Replicas", o.Replicas, "must be 0 (the default) to 5")
	case o.MaxBytes < 0:
		return invalid("MaxBytes", o.MaxBytes, "must not be negative")
	case o.Wait < 0:
		return invalid("Wait", o.Wait, "must not be negative")
	}
	return nil
}

// Journal is the journal of a run in JetStream, for mapper.Options.Journal: the stream LONGSHORE_<run>, which is made where
// there is none, and stays until somebody removes it. The name of the run consists of letters, digits, - and _. It works with any
// mapper.Options.Runtime, serves one run at a time, any number of times, and needs no Close. It does not block: what keeps it
// from being used is an error of the run.
//
// All is as with package mapper/journal, but for this. A result is delivered after the server has acknowledged its record:
// whether that outlives a power cut there, its sync_interval and Replicas say. A value is no longer than a message of the server
// may be (max_payload, 1 MB by default), or its input fails with a *mapper.EncodingError. While a run begins,
// each recorded input takes 48 bytes of memory, and that is so until the end of a run over an iterator; values stay in the stream. An input that takes the whole process along is not
// found: in a fleet inputs are in workers. Nobody but the runs themselves may publish to ls.journal.<run>: what else is there is
// skipped.
//
// One process at a time has the journal of a run. Another one, on any machine, gets a *mapper.LockedError once the owner has
// renewed its lease, after half a second; an owner that is gone is waited for, for 2 s, or Options.Lost if that is less. One that is
// stopped for longer, and goes on when its journal has another owner, can record nothing any more: its run ends, as soon as it
// notices, with a *mapper.JournalError that wraps the *mapper.LockedError.
//
// The errors that a run begins with are these, a *mapper.MismatchError, a *mapper.FormatError for a stream that is no journal
// or a newer one, a *policy.InvalidError for options and where Options.Store is missing, and otherwise a
// *mapper.JournalError: it unwraps to jetstream.ErrJetStreamNotEnabled or …NotEnabledForAccount where the server has no
// JetStream, and to a *[RefusedError] where the user has no right to it: deploy/journal.conf has what it takes.
func (r *Runtime) Journal(run string, o JournalOptions) mapper.Journal {
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	return &journal{r: r, run: run, opts: o}
}

// leaseTime is how long an owner may be silent at most. It is longer than an election takes, and no longer than the slots of a caller
// that is gone are kept: the next life needs both.
const leaseTime = 2 * time.Second

// defaultWait is how long a server that is gone is waited for.
const defaultWait = 30 * time.Second

type journal struct {
	r    *Runtime
	run  string
	opts JournalOptions
	busy atomic.Bool
}

const mostName = 200

func (j *journal) validate() error {
	isOdd := func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	}
	switch {
	case j.run == "" || len(j.run) > mostName || strings.ContainsFunc(j.run, isOdd):
		return invalid("run", j.run, "must be 1 to 200 letters, digits, - and _")
	case j.r.opts.URL == "" && j.r.opts.Store == "":
		return invalid("Store", "", "is missing: a server in this process has no place to keep a journal")
	}
	return j.opts.Validate()
}

// Begin implements [mapper.Journal].
func (j *journal) Begin(ctx context.Context, about logbook.About) (logbook.Log, error) {
	if err := j.ready("open"); err != nil {
		return nil, err
	}
	if !j.busy.CompareAndSwap(false, true) {
		return nil, invalid("Journal", stream.Path(j.run), "serves another run: one at a time")
	}
	o := j.opts
	log, err := stream.Open(ctx, stream.Config{
		Place: j.place(o.Wait), Life: j.r.life, Lease: min(j.r.opts.Lost, leaseTime),
		Version: o.Version, Key: o.Key, Codec: o.Codec, KeepFailed: o.KeepFailed, FreshOnly: o.FreshOnly, Redact: o.Redact,
		Adopt: o.Adopt, Replicas: max(o.Replicas, 1), MaxBytes: o.MaxBytes,
	}, about)
	if err != nil {
		j.busy.Store(false)
		return nil, j.unanswered("open", err)
	}
	return &used{log, j}, nil
}

// ready connects, unless what is asked for cannot be.
func (j *journal) ready(op string) error {
	if err := j.validate(); err != nil {
		return err
	}
	if err := j.r.connect(); err != nil {
		return &mapper.JournalError{Op: op, Path: stream.Path(j.run), Err: err}
	}
	return nil
}

// unanswered is err, or that the server refuses our user, which is why nobody has answered.
func (j *journal) unanswered(op string, err error) error {
	if refused := j.r.members.refusal(); err != nil && refused != nil {
		return &mapper.JournalError{Op: op, Path: stream.Path(j.run), Err: refused}
	}
	return err
}

func (j *journal) place(wait time.Duration) stream.Place {
	return stream.Place{JetStream: j.r.jetStream(), Run: j.run, Wait: wait, Refused: j.r.members.refusal}
}

// used is a log whose end has the journal serve another run.
type used struct {
	logbook.Log
	j *journal
}

// Close implements [logbook.Log].
func (u *used) Close() error {
	defer u.j.busy.Store(false)
	return u.Log.Close()
}

// ReadJournal finds the journal of a run, while that goes on or afterwards, on any machine. The Reader says what it has recorded:
// entries, counts, failures by cause, exports, and a page for a browser or for dashboard.Options.Journals. It holds no lease and
// changes nothing. Each reading sees what was recorded when it began, takes 48 bytes of memory for each input meanwhile, and waits
// for a server that is gone for 30 s. It needs the rights of a caller with a journal.
//
// It blocks until the server has answered, until ctx ends, or for 30 s. The errors are a *mapper.JournalError, which is
// fs.ErrNotExist where nothing was recorded yet, a *mapper.FormatError for a stream that is no journal, and a
// *policy.InvalidError as with [Runtime.Journal].
func (r *Runtime) ReadJournal(ctx context.Context, run string) (*recorded.Reader, error) {
	j := &journal{r: r, run: run}
	if err := j.ready("read"); err != nil {
		return nil, err
	}
	read, err := stream.Read(ctx, j.place(defaultWait))
	return read, j.unanswered("read", err)
}
