package stream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/internal/record"
	"github.com/longshore-go/longshore/mapper/recorded"
)

// Read finds the journal of a run. It holds no lease and changes nothing.
func Read(ctx context.Context, p Place) (*recorded.Reader, error) {
	js := p.JetStream
	err := p.ready(ctx, js)
	if err == nil {
		err = persist(ctx, forLong(p.Wait), func(ctx context.Context) error { return p.find(ctx, js) })
	}
	if err != nil {
		return nil, unread(p.Run, err)
	}
	return recorded.New(Path(p.Run), func(ctx context.Context) (recorded.Content, error) {
		c, err := p.load(ctx, js)
		if err != nil {
			return nil, unread(p.Run, err)
		}
		r := &reading{content: c, ctx: ctx, run: p.Run}
		r.cursor = cursor{js: js, nc: js.Conn(), name: Name(p.Run), wait: forLong(p.Wait)}
		return r, nil
	}), nil
}

// unread says that there is no journal as others do, who look for a file.
func unread(run string, err error) error {
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return failed("read", Path(run), err)
}

// reading is a stream as it was when it was loaded.
type reading struct {
	*content
	cursor cursor
	ctx    context.Context // of the reading, which is one call
	run    string
}

// About implements [recorded.Content].
func (r *reading) About() (recorded.About, error) {
	return recorded.About{Manifest: r.manifest(), Stream: true}, nil
}

func (r *reading) manifest() map[string]string {
	if r.life == nil {
		return nil
	}
	return r.life.Manifest
}

// Each implements [recorded.Content]. Of a damaged message nobody knows which rows it had: it comes first.
func (r *reading) Each(yield func(recorded.Entry, error) bool) error {
	for range r.damaged {
		if !yield(recorded.Entry{Index: -1}, unread(r.run, fmt.Errorf("a message: %w, or gone", record.ErrDamaged))) {
			return nil
		}
	}
	manifest := r.manifest()
	for _, one := range r.rows {
		body, err := r.cursor.body(r.ctx, one.seq)
		if err != nil {
			return unread(r.run, err)
		}
		row, ok := rowAt(body, int(one.at), 0)
		e, err := record.EntryOf(one.place, one.key[:], record.Row{State: row.state, Attempts: row.attempts, Value: row.value, Whole: ok}, manifest)
		if err != nil {
			err = unread(r.run, fmt.Errorf("row %d: %w", one.place, err))
		}
		if !yield(e, err) {
			return nil
		}
	}
	return nil
}

// Close implements [recorded.Content].
func (r *reading) Close() error { return nil }
