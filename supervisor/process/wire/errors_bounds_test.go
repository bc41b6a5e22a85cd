package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

func TestErrorsThatPanic(t *testing.T) {
	t.Parallel()
	require.EqualError(t, crossed(t, &rude{"all"}), "rude all")
	err := crossed(t, (*rude)(nil))
	require.EqualError(t, err, "<nil>", "as fmt has it")
	require.EqualError(t, crossed(t, (*fs.PathError)(nil)), "<nil>")
}

func TestErrorBounds(t *testing.T) {
	t.Parallel()
	huge := errors.New(strings.Repeat("ä", 1<<20))
	text := crossed(t, huge).Error()
	require.LessOrEqual(t, len(text), 16<<10)
	require.Greater(t, len(text), 15<<10)
	require.Regexp(t, `^ä+…$`, text)

	self := &ring{}
	self.next = self
	var chain []error
	for err := crossed(t, self); err != nil; {
		chain = append(chain, err)
		remote := must[*wire.RemoteError](t, err)
		err = nil
		if under := remote.Unwrap(); len(under) > 0 {
			require.Len(t, under, 1)
			err = under[0]
		}
	}
	require.Len(t, chain, 34)
	require.EqualError(t, chain[33], "wire: errors left out here: 1")

	large := errors.New(strings.Repeat("x", 20<<10))
	var many []error
	for range 1000 {
		many = append(many, large)
	}
	b := wire.AppendError(nil, errors.Join(many...))
	require.Less(t, len(b), 2<<20)
	err, _, wrong := wire.ParseError(b)
	require.NoError(t, wrong)
	under := must[*wire.RemoteError](t, err).Unwrap()
	require.Len(t, under, 64)
	require.EqualError(t, under[63], "wire: errors left out here: 937")

	big := crossed(t, &coded{1, strings.Repeat("x", 1<<20)})
	require.IsType(t, &wire.RemoteError{}, big, "the value is too large to cross")

	pile := error(io.EOF)
	for range 100 {
		pile = policy.Permanent(pile)
	}
	require.True(t, policy.IsPermanent(crossed(t, pile)))
	require.ErrorContains(t, crossed(t, pile), "errors left out here")
}

func TestParseErrorRefuses(t *testing.T) {
	t.Parallel()
	b := wire.AppendError(nil, fmt.Errorf("a %w %w %w", vain{}, &coded{1, "c"}, policy.RetryAfter(syscall.EPERM, 1)))
	for n := range b {
		_, _, wrong := wire.ParseError(b[:n])
		requireProtocol(t, "error", wrong)
	}
	nested := []byte(strings.Repeat("\x04", 1<<20)) // permanent, for ever
	_, _, wrong := wire.ParseError(nested)
	requireProtocol(t, "error", wrong)
}

func TestRegisterPanics(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "wire: RegisterError of the interface error", wire.RegisterError[error])
	require.PanicsWithValue(t, "wire: RegisterError: wire: cannot encode *wire_test.ring: wire_test.ring has no field that crosses",
		wire.RegisterError[*ring])
	require.Panics(t, func() { wire.RegisterSentinel(nil) })
	require.PanicsWithValue(t, `wire: RegisterSentinel of two errors with the text "EOF"`, func() { wire.RegisterSentinel(errors.New("EOF")) })
	require.Panics(t, func() { wire.RegisterSentinel(stranger{1}) }, "== of structs may panic")
}

func TestCrashReport(t *testing.T) {
	t.Parallel()
	var number any = json.Number("7")
	for _, tt := range []struct{ sent, want wire.CrashReport }{
		{wire.CrashReport{Goexit: true, Stack: "s"}, wire.CrashReport{Goexit: true, Stack: "s"}},
		{wire.CrashReport{Panic: "p", Stack: "s"}, wire.CrashReport{Panic: "p", Stack: "s"}},
		{wire.CrashReport{Panic: number}, wire.CrashReport{Panic: "7"}},
		{wire.CrashReport{Panic: &coded{1, "a"}}, wire.CrashReport{Panic: &coded{1, "a"}}},
		{wire.CrashReport{Panic: io.EOF}, wire.CrashReport{Panic: io.EOF}},
	} {
		b := tt.sent.Append([]byte("kept"))[len("kept"):]
		got, err := wire.ParseCrash(b)
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
		for n := range b {
			_, err := wire.ParseCrash(b[:n])
			requireProtocol(t, "crash report", err)
		}
		_, err = wire.ParseCrash(append(b, 0))
		requireProtocol(t, "crash report", err)
	}
	got, err := wire.ParseCrash(wire.CrashReport{Panic: 1, Stack: strings.Repeat("x", 1<<20)}.Append(nil))
	require.NoError(t, err)
	require.LessOrEqual(t, len(got.Stack), 64<<10)
	require.Contains(t, got.Stack, "bytes more)")
}
