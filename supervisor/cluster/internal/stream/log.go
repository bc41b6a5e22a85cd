package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// log is a stream while a run uses it. What executes is not marked: inputs are in workers, which do not take the caller along, and
// one that dies with its goroutines says nothing of its inputs.
type log struct {
	path       string
	life       context.Context
	wait       time.Duration
	over       atomic.Bool // the run is, see Excuse
	keepsFresh bool
	redact     func(string) string
	past       logbook.Past
	lease      *lease
	index      index // which does not change
	record.Strikes

	// The keeper's own.
	values   *record.Valuer
	recaller record.Recaller
	writer   writer
	cursor   cursor
	last     struct { // what was read
		seq   uint64
		place int64
		next  int // in the body
	}

	mu     sync.Mutex // guards what follows
	lookup record.Lookup
}

var _ logbook.Log = (*log)(nil)

// Keys implements [logbook.Log].
func (l *log) Keys(inputs any, keys []logbook.Key) (int, error) {
	return l.lookup.Keys.Keys(inputs, keys)
}

// Silent implements [logbook.Log].
func (l *log) Silent() bool { return l.keepsFresh }

// Resume implements [logbook.Log].
func (l *log) Resume(ctx context.Context, total int, inputs func(lo, hi int) any, known func(i int)) error {
	err := l.lookup.Resume(ctx, total, inputs, known)
	l.past.Looked = true
	l.past.Rows, l.past.Strays = l.lookup.Seen()
	l.index.shrink()
	return err
}

// Look implements [logbook.Log].
func (l *log) Look(i int, input any) (bool, error) { return l.lookup.Look(i, input) }

// Record implements [logbook.Log]. What makes a whole message is sent, and not waited for.
func (l *log) Record(e logbook.Entry) (n, bytes int, err error) {
	if err := l.lease.isLost(); err != nil {
		return 0, 0, broken("record", l.path, err)
	}
	for ; n < len(e.Keys); n++ {
		r := row{place: l.place(e.Lo + n), key: e.Keys[n], attempts: int64(e.Attempts)}
		if e.Err != nil {
			r.state, r.value = record.Failed, record.FailureOf(e.Err, l.redact)
		} else if r.value, err = l.values.Encode(e.Values, n); err != nil {
			break
		}
		l.Clear(r.key)
		length := lengthOf(r.value)
		l.add(&r, length)
		bytes += length + rowRoom
	}
	return n, bytes, err
}

func (l *log) place(i int) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lookup.Place(i)
}

func lengthOf(value any) int {
	switch v := value.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 8
}

func (l *log) add(r *row, length int) {
	if !l.writer.room(length) {
		l.writer.send()
	}
	l.writer.add(r)
}

// Begin implements [logbook.Log].
func (l *log) Begin(lo int, keys []logbook.Key) error { return l.each(lo, keys, record.Begun) }

// Return implements [logbook.Log].
func (l *log) Return(lo int, keys []logbook.Key) error { return l.each(lo, keys, stateReturned) }

func (l *log) each(lo int, keys []logbook.Key, state int64) error {
	if err := l.lease.isLost(); err != nil {
		return broken("record", l.path, err)
	}
	for i, key := range keys {
		l.add(&row{place: l.place(lo + i), key: key, state: state, attempts: 1}, 0)
	}
	return nil
}

// Crashed implements [logbook.Log].
func (l *log) Crashed(key logbook.Key, c logbook.Crashes) error {
	l.Note(key, c)
	l.add(crashed(key, c), rowRoom)
	return nil
}

// Watch implements [logbook.Log]: an owner that has lost its lease stops, also while nothing is recorded.
func (l *log) Watch(failed func(error)) {
	l.lease.watch(func(err error) { failed(broken("lease", l.path, err)) })
}

// Commit implements [logbook.Log].
func (l *log) Commit() error {
	if err := l.lease.isLost(); err != nil {
		return broken("commit", l.path, err)
	}
	l.writer.send()
	err := l.writer.settle(l.life)
	if errors.Is(err, errEnded) {
		ctx, cancel := context.WithTimeout(l.life, tryTime)
		defer cancel()
		if e, unread := l.lease.kv.Get(ctx, l.lease.key); unread == nil {
			err = fmt.Errorf("%w: %w", err, holderOf(e).locked(l.path))
		}
	}
	return broken("commit", l.path, err)
}

// Recall implements [logbook.Log]. Of what nobody is told of, a success is all that matters.
func (l *log) Recall(lo, n int, values any) (plain int, first logbook.Fate, err error) {
	refs := make([]ref, n)
	l.mu.Lock()
	if l.Silent() {
		plain = l.lookup.Plain(lo, n)
	}
	for i := range refs {
		refs[i].place = l.lookup.Place(lo + i)
	}
	l.mu.Unlock()
	if plain > 0 {
		return plain, first, nil
	}
	rows := make([]record.Row, 0, n)
	for _, r := range refs {
		one, err := l.read(r.place)
		if err != nil {
			return 0, first, broken("read", l.path, err)
		}
		rows = append(rows, one)
	}
	plain, first = l.recaller.Recall(rows, values)
	return plain, first, nil
}

// read reads the row of a place.
func (l *log) read(place int64) (record.Row, error) {
	seq, at, skip, ok := l.index.of(place)
	if !ok {
		return record.Row{}, nil
	}
	body, err := l.cursor.body(l.life, seq)
	if err != nil {
		return record.Row{}, err
	}
	if skip > 0 && l.last.seq == seq && l.last.place+1 == place {
		at, skip = l.last.next, 0 // the row behind the one before
	}
	r, ok := rowAt(body, at, skip)
	if !ok || r.place != place {
		return record.Row{}, nil
	}
	l.last.seq, l.last.place, l.last.next = seq, place, r.next
	return record.Row{State: r.state, Attempts: r.attempts, Value: r.value, Whole: true}, nil
}

// Close implements [logbook.Log].
func (l *log) Close() error {
	l.lease.release()
	return nil
}

// Past implements [logbook.Log].
func (l *log) Past() logbook.Past { return l.past }

// Mark implements [logbook.Log]. Nothing is marked, and nothing of what follows from that is there.
func (l *log) Mark() *logbook.Slot { return nil }

// Unmark implements [logbook.Log].
func (l *log) Unmark(*logbook.Slot) {}

// Suspected implements [logbook.Log].
func (l *log) Suspected() bool { return false }

// Suspicion implements [logbook.Log].
func (l *log) Suspicion(logbook.Key) (s logbook.Suspicion) { return s }

// Alive implements [logbook.Log].
func (l *log) Alive() {}

// Survived implements [logbook.Log].
func (l *log) Survived([]logbook.Key) {}

// Excuse implements [logbook.Log]. Whoever has cancelled the run is not kept for long by a server that is gone.
func (l *log) Excuse() { l.over.Store(true) }

// overTime is how long that is.
const overTime = 5 * time.Second

func (l *log) patience() time.Duration {
	if l.over.Load() {
		return min(overTime, l.wait)
	}
	return l.wait
}

// Deaths implements [logbook.Log].
func (l *log) Deaths() (d logbook.Deaths) { return d }
