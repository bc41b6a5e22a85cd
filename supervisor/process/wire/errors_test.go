package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// crossed is err as it arrives.
func crossed(t require.TestingT, err error) error {
	b := wire.AppendError([]byte("kept"), err)
	got, rest, wrong := wire.ParseError(append(b[len("kept"):], "rest"...))
	require.NoError(t, wrong)
	require.Equal(t, "rest", string(rest))
	if got != nil {
		again, _, wrong := wire.ParseError(wire.AppendError(nil, got))
		require.NoError(t, wrong)
		require.Equal(t, got, again, "an error may cross twice")
	}
	return got
}

type (
	coded struct { // registered
		Code int
		Why  string
	}
	worded  string // registered
	lossy   struct{ Code, lost int }
	wrapper struct { // registered, and what it wraps has no encoding
		Op  string
		err error
	}
	stranger struct{ Code int }
	vain     struct{} // answers for a sentinel that it does not wrap
	rude     struct{ at string }
	ring     struct{ next error }
)

func (e *coded) Error() string   { return fmt.Sprintf("code %d: %s", e.Code, e.Why) }
func (e worded) Error() string   { return string(e) }
func (e lossy) Error() string    { return fmt.Sprint("lossy ", e.Code, e.lost) }
func (e *wrapper) Error() string { return e.Op }
func (e *wrapper) Unwrap() error { return e.err }
func (e stranger) Error() string { return fmt.Sprintf("stranger %d", e.Code) }
func (vain) Error() string       { return "vain" }
func (vain) Is(err error) bool   { return err == os.ErrDeadlineExceeded }
func (e *ring) Error() string    { return "ring" }
func (e *ring) Unwrap() error    { return e.next }

func (e *rude) Error() string { return "rude " + e.at } // panics for nil
func (e *rude) Unwrap() error { panic("rude to unwrap") }
func (e *rude) Is(error) bool { panic("rude to be") }

var errOwn = errors.New("own sentinel")

func init() {
	wire.RegisterError[*coded]()
	wire.RegisterError[*coded]() // again
	wire.RegisterError[worded]()
	wire.RegisterError[lossy]()
	wire.RegisterError[*wrapper]()
	wire.RegisterSentinel(errOwn)
	wire.RegisterSentinel(errOwn)
}

func TestErrorsCrossAsThemselves(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		nil, context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, fs.ErrNotExist, os.ErrDeadlineExceeded,
		strconv.ErrRange, errors.ErrUnsupported, syscall.ENOENT, syscall.Errno(0), errOwn,
		&coded{7, "x"}, &coded{}, (*coded)(nil), worded("w"), worded(""),
		policy.Permanent(io.EOF), policy.RetryAfter(io.EOF, 3*time.Second), policy.Throttled(io.EOF, 3*time.Second),
		policy.Permanent(policy.RetryAfter(policy.Permanent(&coded{1, "a"}), 1<<62)),
	} {
		require.Equal(t, err, crossed(t, err))
	}
	require.True(t, errors.Is(crossed(t, errOwn), errOwn))
}

func TestErrorChains(t *testing.T) {
	t.Parallel()
	_, open := os.Open("/nowhere/at/all")
	_, number := strconv.Atoi("x")
	original := fmt.Errorf("outer: %w", errors.Join(
		fmt.Errorf("one %w, two %w", &coded{7, "x"}, context.Canceled),
		open, number, vain{}, nil, errors.New("last"),
	))
	err := crossed(t, original)
	require.EqualError(t, err, original.Error())
	remote, ok := errors.AsType[*wire.RemoteError](err)
	require.True(t, ok)
	require.Equal(t, "*fmt.wrapError", remote.Type)

	code, ok := errors.AsType[*coded](err)
	require.True(t, ok)
	require.Equal(t, &coded{7, "x"}, code)
	for _, s := range []error{context.Canceled, fs.ErrNotExist, syscall.ENOENT, strconv.ErrSyntax, os.ErrDeadlineExceeded} {
		require.ErrorIs(t, err, s)
	}
	for _, s := range []error{context.DeadlineExceeded, fs.ErrExist, io.EOF} {
		require.NotErrorIs(t, err, s)
	}
}

func TestErrorMarks(t *testing.T) {
	t.Parallel()
	deep := fmt.Errorf("a: %w", policy.Permanent(fmt.Errorf("b: %w", policy.RetryAfter(io.EOF, time.Minute))))
	err := crossed(t, deep)
	require.EqualError(t, err, "a: b: EOF")
	require.True(t, policy.IsPermanent(err))
	delay, ok := policy.RetryDelay(err)
	require.True(t, ok)
	require.Equal(t, time.Minute, delay)
	require.Equal(t, io.EOF, policy.Cause(crossed(t, policy.Permanent(io.EOF))))
	require.False(t, policy.IsPermanent(crossed(t, policy.RetryAfter(io.EOF, 1))))
}

// A type that is not registered leaves its text, its name and its chain.
func TestErrorStranger(t *testing.T) {
	t.Parallel()
	require.Equal(t, &wire.RemoteError{Text: "stranger 4", Type: "wire_test.stranger"}, crossed(t, stranger{4}))
	require.Equal(t, &wire.RemoteError{Text: "x", Type: "*errors.errorString"}, crossed(t, errors.New("x")))
}

// What does not survive in the value of a registered type survives around it.
func TestErrorLossy(t *testing.T) {
	t.Parallel()
	err := crossed(t, lossy{1, 2})
	require.EqualError(t, err, "lossy 1 2")
	require.Equal(t, lossy{1, 0}, must[lossy](t, err))

	err = crossed(t, &wrapper{"op", io.EOF})
	require.EqualError(t, err, "op")
	require.Equal(t, "op", must[*wrapper](t, err).Op)
	require.ErrorIs(t, err, io.EOF)
}

func must[T error](t *testing.T, err error) T {
	t.Helper()
	got, ok := errors.AsType[T](err)
	require.True(t, ok)
	return got
}

func TestErrorsAtRandom(t *testing.T) {
	t.Parallel()
	leaf := rapid.SampledFrom([]error{
		io.EOF, context.Canceled, syscall.EPERM, errOwn, &coded{1, "c"}, worded("w"), stranger{2}, vain{}, errors.New("e"),
	})
	var tree func(depth int) *rapid.Generator[error]
	tree = func(depth int) *rapid.Generator[error] {
		return rapid.Custom(func(t *rapid.T) error {
			if depth == 0 {
				return leaf.Draw(t, "leaf")
			}
			inner := tree(depth-1).Draw(t, "inner")
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				return fmt.Errorf("%s: %w", rapid.String().Draw(t, "text"), inner)
			case 1:
				return errors.Join(inner, leaf.Draw(t, "leaf"))
			case 2:
				return policy.Permanent(inner)
			case 3:
				return policy.RetryAfter(inner, time.Duration(rapid.Int64Min(0).Draw(t, "delay")))
			default:
				return &wrapper{"op", inner}
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		want := tree(rapid.IntRange(0, 5).Draw(t, "depth")).Draw(t, "err")
		got := crossed(t, want)
		require.EqualError(t, got, want.Error())
		require.Equal(t, policy.IsPermanent(want), policy.IsPermanent(got))
		delay, marked := policy.RetryDelay(want)
		gotDelay, gotMarked := policy.RetryDelay(got)
		require.Equal(t, marked, gotMarked)
		require.Equal(t, delay, gotDelay)
		for _, s := range []error{io.EOF, context.Canceled, syscall.EPERM, fs.ErrPermission, errOwn, os.ErrDeadlineExceeded} {
			require.Equal(t, errors.Is(want, s), errors.Is(got, s), "%v", s)
		}
		_, isCoded := errors.AsType[*coded](want)
		_, gotCoded := errors.AsType[*coded](got)
		require.Equal(t, isCoded, gotCoded)
	})
}
