package logbook

import (
	"context"
	"reflect"
	"time"
)

// Key identifies an input.
type Key = [16]byte

// About is what a journal is told of the run that begins.
type About struct {
	Name       string
	In, Out    reflect.Type
	CrashLimit int // crashes that one input may cause, 0 for the default
	AtMostOnce bool
}

// Log is a journal, open for one run. Inputs and values are slices of the user's types. Its
// methods are the keeper's, but for Keys, which is safe for concurrent use, Look, and where it is said.
type Log interface {
	// Resume looks up the inputs of a slice before the run begins: inputs returns those from
	// lo to hi. It tells of each that is known. It ends when ctx does.
	Resume(ctx context.Context, total int, inputs func(lo, hi int) any, known func(i int)) error
	// Look looks up input i of an iterator, a slice of one. They come in their order.
	Look(i int, input any) (known bool, err error)
	// Keys gives inputs their keys, the user's code included. It returns how many got one
	// before one could not, and why that one could not.
	Keys(inputs any, keys []Key) (n int, err error)
	// Recall fills values with those of the known inputs from lo on, at most n. It returns
	// how many plain successes those were, or what became of the first where it is none.
	Recall(lo, n int, values any) (plain int, first Fate, err error)
	// Silent reports that nobody is to be told of inputs that have succeeded in an earlier
	// life: values need not be recalled then.
	Silent() bool
	// Mark is where a worker notes what it executes, nil where that cannot be; Unmark is the end of
	// it. They are safe for concurrent use, as Suspicion is.
	Mark() *Slot
	Unmark(*Slot)
	// Suspected reports that some input was executing when the process died, and Suspicion what is
	// held against the one with that key. Where some are suspected, Alive is called again and again.
	Suspected() bool
	Suspicion(Key) Suspicion
	Alive()
	// Struck reports that some inputs were in crashes of their containers before the run began, and
	// Crashes how many that with the key was in. Both are safe for concurrent use. Crashed writes down
	// how many it was in by now.
	Struck() bool
	Crashes(Key) (c Crashes, any bool)
	Crashed(Key, Crashes) error
	// Past is what there was before, once Resume has returned, and Deaths what is known of those by now. They are safe for concurrent use.
	Past() Past
	Deaths() Deaths
	// Begin writes down that inputs are begun, and Return that they were not, after all.
	Begin(lo int, keys []Key) error
	Return(lo int, keys []Key) error
	// Record writes down what has become of inputs. It returns how many it has, and how many bytes
	// that was. An [Unfit] is the one at that place, which can never be recorded.
	Record(Entry) (n, bytes int, err error)
	// Survived is told of inputs that have come to an end, before Record is, and Excuse that the
	// run is over. They do not wait for the disk, and are safe for concurrent use.
	Survived([]Key)
	Excuse()
	// Watch is told, before anything else of a run that begins, whom to tell that the log has failed while nothing is asked of
	// it. That one does not block. Nobody is told once Close has returned.
	Watch(failed func(error))
	// Commit makes what was recorded outlive the process.
	Commit() error
	// Close ends the run's use of the journal. What was not committed is lost.
	Close() error
}

// Entry is finished inputs: some that have succeeded, or one that has failed.
type Entry struct {
	Lo       int
	Keys     []Key
	Inputs   any
	Values   any
	Attempts int   // of each
	Err      error // why it has failed
}

// Suspicion is what is held against an input. The zero value is nothing.
type Suspicion struct {
	Deaths int           // of the process, in which it was executing
	Guilty bool          // it is not to be executed any more
	Wait   time.Duration // for how long nothing may execute before it does
}

// Crashes is what is held against an input that has crashed its container, and is not settled.
type Crashes struct {
	Crashes          int // all, charged or not
	Strikes, Certain int
}

// Fate is what the log knows of an input that is no plain success.
type Fate struct {
	Attempts int
	Err      error // nil: it has succeeded
	Again    bool  // the log cannot say any more, or it is to run anew
}

// Unfit says that an input cannot be recorded, and why. The log as such is well.
type Unfit struct{ Err error }

// Error is the reason's.
func (e *Unfit) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Unfit) Unwrap() error { return e.Err }
