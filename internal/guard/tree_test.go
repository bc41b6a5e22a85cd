package guard_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/guard"
)

// wild is an error whose methods do what a test wants.
type wild struct {
	unwrap func() error
	is     func(error) bool
}

func (*wild) Error() string          { return "wild" }
func (w *wild) Unwrap() error        { return w.unwrap() }
func (w *wild) Is(target error) bool { return w.is != nil && w.is(target) }

// forked unwraps to itself, twice.
type forked struct{}

func (forked) Error() string     { return "forked" }
func (f forked) Unwrap() []error { return []error{f, f} }

func TestTree(t *testing.T) {
	t.Parallel()
	require.Empty(t, guard.Tree(nil))
	require.Equal(t, []error{io.EOF}, guard.Tree(io.EOF))
	inner := fmt.Errorf("reading: %w", io.ErrUnexpectedEOF)
	both := errors.Join(inner, nil, io.EOF)
	require.Equal(t, []error{both, inner, io.ErrUnexpectedEOF, io.EOF}, guard.Tree(both))

	path, ok := guard.As[*fs.PathError](fmt.Errorf("opening: %w", &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}))
	require.True(t, ok)
	require.Equal(t, "x", path.Path)
	_, ok = guard.As[*fs.PathError](both)
	require.False(t, ok)
	require.True(t, guard.Is(both, io.EOF))
	require.False(t, guard.Is(both, fs.ErrNotExist))
	require.False(t, guard.Is(nil, io.EOF))
}

// TestTreeOfWildErrors: whatever Unwrap and Is do, what is around them is found.
func TestTreeOfWildErrors(t *testing.T) {
	t.Parallel()
	around := func(w *wild) error { return errors.Join(io.EOF, w) }
	self := &wild{}
	self.unwrap = func() error { return self }
	wide := io.EOF
	for range 64 {
		wide = errors.Join(wide, wide)
	}
	for name, err := range map[string]error{
		"panics":           around(&wild{unwrap: func() error { panic("no") }}),
		"leaves":           around(&wild{unwrap: func() error { runtime.Goexit(); return nil }}),
		"unwraps itself":   around(self),
		"is wide and deep": errors.Join(io.EOF, wide),
		"forks":            errors.Join(io.EOF, forked{}),
		"is a typed nil":   errors.Join(io.EOF, (*fs.PathError)(nil)),
	} {
		require.True(t, guard.Is(err, io.EOF), name)
		require.False(t, guard.Is(err, io.ErrShortWrite), name)
		require.LessOrEqual(t, len(guard.Tree(err)), 128, name)
		_, ok := guard.As[*fs.PathError](err)
		require.False(t, ok, name)
	}
	none := func() error { return nil }
	require.True(t, guard.Is(&wild{none, func(target error) bool { return target == io.EOF }}, io.EOF))
	require.False(t, guard.Is(&wild{none, func(error) bool { panic("no") }}, io.EOF))
}

func TestTreeThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		err := errors.Join(io.EOF, &wild{unwrap: func() error { <-release; return io.ErrShortWrite }})
		require.True(t, guard.Is(err, io.EOF))
		require.False(t, guard.Is(err, io.ErrShortWrite))
	})
}

// TestOwner: what is wrapped does not count against all that are wrapped so.
func TestOwner(t *testing.T) {
	t.Parallel()
	w := &wild{}
	for _, err := range []error{w, fmt.Errorf("reading: %w", w), errors.Join(io.EOF, w), errors.Join(fmt.Errorf("both: %w, %w", io.EOF, w))} {
		require.Equal(t, reflect.TypeOf(w), guard.Owner(err))
	}
	require.Equal(t, reflect.TypeOf(io.EOF), guard.Owner(io.EOF))
}

// TestTreeOfARefusedError: one that is not asked any more is an error nevertheless.
func TestTreeOfARefusedError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		err := &wild{unwrap: func() error { <-release; return nil }}
		for range 6 {
			require.Equal(t, []error{err}, guard.Tree(err))
		}
	})
}

// TestWraps looks for a mark, whatever Unwrap and Is do.
func TestWraps(t *testing.T) {
	t.Parallel()
	opaque := func(err error) bool { _, path := err.(*fs.PathError); return path }
	wraps := func(err error) bool { return guard.Wraps(err, io.EOF, opaque) }
	require.True(t, wraps(io.EOF))
	require.True(t, wraps(errors.Join(io.ErrShortWrite, fmt.Errorf("reading: %w", io.EOF))))
	require.True(t, wraps(&wild{unwrap: func() error { return io.EOF }}))
	require.False(t, wraps(nil))
	require.False(t, wraps(&fs.PathError{Err: io.EOF}))
	require.False(t, wraps(&wild{unwrap: func() error { runtime.Goexit(); return io.EOF }}))
	require.False(t, wraps(&wild{func() error { return nil }, func(error) bool { return true }}))
	require.False(t, wraps(forked{}))
}

func TestUnwrap(t *testing.T) {
	t.Parallel()
	require.Empty(t, guard.Unwrap(io.EOF))
	require.Equal(t, []error{io.EOF}, guard.Unwrap(fmt.Errorf("reading: %w", io.EOF)))
	require.Equal(t, []error{forked{}, forked{}}, guard.Unwrap(forked{}))
	require.Empty(t, guard.Unwrap(&wild{unwrap: func() error { runtime.Goexit(); return io.EOF }}))
	require.Empty(t, guard.Unwrap((*fs.PathError)(nil)))
}

// TestStandardErrorsNeedNoGoroutine: what is in errors that have what they unwrap to is found however little time there is.
func TestStandardErrorsNeedNoGoroutine(t *testing.T) {
	err := errors.Join(io.ErrShortWrite, fmt.Errorf("reading: %w", &fs.PathError{Err: fmt.Errorf("and: %w, %w", io.EOF, io.ErrNoProgress)}))
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if !guard.Wraps(err, io.ErrNoProgress, func(error) bool { return false }) {
			panic("it is in it")
		}
	}), 3.0, "a slice for each error that wraps one")
}
