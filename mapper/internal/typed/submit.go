package typed

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/intake"
)

// Entry is the typed half of where inputs are submitted. Its methods are safe for concurrent use.
type Entry[In any] interface {
	// Submit waits for room and puts the input into the source.
	Submit(ctx context.Context, in In) error
	// Close says that no more come, and reports that it is the first to do so.
	Close() bool
}

// entry is that of an iterator's source.
type entry[In, Out any] struct {
	*intake.Entry
	to *intake.Iterator
	ring[In, Out]
}

// Open has the source's inputs submitted.
func Open[In, Out any](f *intake.Iterator) Entry[In] {
	size := f.RingSize()
	e := &entry[In, Out]{to: f, ring: ring[In, Out]{slots: make([]In, size), mask: size - 1}}
	e.Entry = f.Open(&e.ring)
	return e
}

// Submit implements [Entry].
func (e *entry[In, Out]) Submit(ctx context.Context, in In) error {
	if err := e.Enter(ctx); err != nil {
		return err
	}
	defer e.Leave() // what looks at the input may be code of the user's
	e.slots[e.to.Next()&e.mask] = in
	e.to.Submitted()
	return nil
}

// seeding is that of a frontier.
type seeding[In, Out any] struct {
	*intake.Entry
	to     *intake.Frontier
	unique func(In) string
}

// Open has the seeds of a frontier submitted.
func (f *Frontier[In, Out]) Open(to *intake.Frontier) Entry[In] {
	return &seeding[In, Out]{to.Open(), to, f.unique}
}

// Submit implements [Entry]. The input's identity is asked for outside.
func (e *seeding[In, Out]) Submit(ctx context.Context, in In) error {
	s := &span[In, Out]{in: []In{in}}
	if e.unique != nil {
		s.keys = []string{e.unique(in)}
	}
	if err := e.Enter(ctx); err != nil {
		return err
	}
	e.to.Submitted(s)
	e.Leave()
	return nil
}
