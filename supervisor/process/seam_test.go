//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

var (
	_ = process.Register(upper)
	_ = process.Register(failing)
	_ = process.Register(describe)
	_ = process.Register(patient)
	_ = process.Register(boxed)
	_ = process.Register(sizes)
)

func init() { process.RegisterError[*codeError]() }

func upper(_ context.Context, s string) (string, error) { return strings.ToUpper(s), nil }

type codeError struct{ Code int }

func (e *codeError) Error() string { return fmt.Sprintf("code %d", e.Code) }

func failing(_ context.Context, what string) (int, error) {
	switch what {
	case "permanent":
		return 0, policy.Permanent(fs.ErrNotExist)
	case "retry after":
		return 0, policy.RetryAfter(io.ErrUnexpectedEOF, time.Minute)
	case "registered":
		return 0, fmt.Errorf("wrapped: %w", &codeError{42})
	case "os":
		_, err := os.Open("/no such file")
		return 0, err
	}
	return 0, errors.New(what)
}

// An error crosses with its text, its chain and its marks.
func TestErrorsCross(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, failing)
	errs := map[int]error{}
	err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{"permanent", "retry after", "registered", "os", "plain"}},
		func(i int, _ any, err error) { errs[i] = err })
	require.NoError(t, err)
	require.True(t, policy.IsPermanent(errs[0]))
	require.ErrorIs(t, errs[0], fs.ErrNotExist)
	delay, ok := policy.RetryDelay(errs[1])
	require.True(t, ok)
	require.Equal(t, time.Minute, delay)
	require.ErrorIs(t, errs[1], io.ErrUnexpectedEOF)
	code, ok := errors.AsType[*codeError](errs[2])
	require.True(t, ok)
	require.Equal(t, 42, code.Code)
	require.EqualError(t, errs[2], "wrapped: code 42")
	require.ErrorIs(t, errs[3], fs.ErrNotExist)
	require.EqualError(t, errs[3], "open /no such file: no such file or directory")
	require.EqualError(t, errs[4], "plain")
}

func describe(ctx context.Context, _ int) (supervisor.Attempt, error) {
	if a, ok := ctx.Value(supervisor.AttemptKey{}).(supervisor.Attempting); ok {
		a, _ := a.Attempt()
		return a, nil
	}
	return supervisor.Attempt{}, errors.New("no attempt")
}

func TestAttempt(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, describe)
	got := map[int]any{}
	err := inst.Run(t.Context(), supervisor.Chunk{Index: 100, Attempt: 3, Inputs: []any{0, 0}}, func(i int, v any, err error) {
		require.NoError(t, err)
		got[i] = v
	})
	require.NoError(t, err)
	require.Equal(t, map[int]any{
		0: supervisor.Attempt{Index: 100, Attempt: 3, Container: 7}, 1: supervisor.Attempt{Index: 101, Attempt: 3, Container: 7},
	}, got)
}

// patient waits for the end of its context, and returns its cause.
func patient(ctx context.Context, wait bool) (string, error) {
	if !wait {
		return "fine", nil
	}
	fmt.Println("ready")
	<-ctx.Done()
	return "", context.Cause(ctx)
}

// A finished input is reported while the next executes, however long that takes. The end
// of ctx reaches the one that executes, with its cause; none begins any more, and
// the container lives on.
func TestCancelCrosses(t *testing.T) {
	t.Parallel()
	ready := make(chan struct{})
	inst := open(t, process.Options{Log: func(process.Line) { ready <- struct{}{} }}, patient)
	for range 3 {
		ctx, cancel := context.WithCancelCause(t.Context())
		got := map[int]error{}
		err := inst.Run(ctx, supervisor.Chunk{Inputs: []any{false, true, false, true}}, func(i int, _ any, err error) {
			if got[i] = err; i == 0 {
				go func() {
					<-ready
					cancel(fmt.Errorf("enough: %w", context.DeadlineExceeded))
				}()
			}
		})
		require.NoError(t, err)
		require.Len(t, got, 2)
		require.NoError(t, got[0])
		require.ErrorIs(t, got[1], context.DeadlineExceeded)
		require.EqualError(t, got[1], "enough: context deadline exceeded")
		cancel(nil)
	}
	err := inst.Run(ended(context.Canceled), supervisor.Chunk{Inputs: []any{false}}, func(int, any, error) {
		t.Error("begun after the end of ctx")
	})
	require.NoError(t, err)
	require.NoError(t, inst.Close(t.Context()))
}

type box struct{ Content any }

// boxed returns a value that has no codec when it is asked to.
func boxed(_ context.Context, b box) (box, error) {
	if b.Content == "bad value" {
		return box{func() {}}, nil
	}
	return b, nil
}

// An input or a value that cannot be encoded is an error of that input alone.
func TestUnencodable(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, boxed)
	values, errs := map[int]any{}, map[int]error{}
	err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{
		box{make(chan int)}, box{"a"}, box{func() {}}, box{"bad value"}, box{7},
	}}, func(i int, v any, err error) { values[i], errs[i] = v, err })
	require.NoError(t, err)
	require.Len(t, errs, 5)
	for _, bad := range []int{0, 2, 3} {
		require.ErrorContains(t, errs[bad], "cannot cross", "%d", bad)
		require.True(t, policy.IsPermanent(errs[bad]))
	}
	require.NoError(t, errs[1])
	require.Equal(t, box{"a"}, values[1])
	require.NoError(t, errs[4])
	require.Equal(t, box{7}, values[4])
	require.NoError(t, inst.Close(t.Context()))
}

func sizes(_ context.Context, b []byte) (int, error) { return len(b), nil }

// A chunk of any size crosses, in as many frames as it takes; only an input that fits in none fails.
func TestLargeChunk(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, sizes)
	inputs := make([]any, 30)
	for i := range inputs {
		inputs[i] = make([]byte, i*50_000)
	}
	inputs[10] = make([]byte, 64<<20)
	next := 0
	err := inst.Run(t.Context(), supervisor.Chunk{Inputs: inputs}, func(i int, v any, err error) {
		if i == 10 {
			require.ErrorContains(t, err, "cannot cross")
			return
		}
		require.NoError(t, err)
		require.Equal(t, i*50_000, v)
		next++
	})
	require.NoError(t, err)
	require.Equal(t, 29, next)
}

// Close has the chunk finished that is out, in however many frames; after it the container
// says that it is closed.
func TestCloseDrains(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, sizes)
	inputs := make([]any, 40)
	for i := range inputs {
		inputs[i] = make([]byte, 50_000)
	}
	closed := make(chan error, 1)
	reported := 0
	err := inst.Run(t.Context(), supervisor.Chunk{Inputs: inputs}, func(int, any, error) {
		if reported++; reported == 1 {
			go func() { closed <- inst.Close(context.Background()) }()
		}
	})
	require.NoError(t, err)
	require.Equal(t, len(inputs), reported)
	require.NoError(t, <-closed)
	crash, ok := inst.Run(t.Context(), supervisor.Chunk{Inputs: inputs}, nil).(*supervisor.CrashError)
	require.True(t, ok)
	require.Equal(t, process.KindClosed, crash.Kind)
	require.Equal(t, supervisor.NoInput, crash.Input)
	require.NoError(t, inst.Close(t.Context()), "again")
}
