package mapper_test

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// wilful is an error whose methods do what a test wants.
type wilful struct {
	unwrap func() error
	as     func(any) bool
}

func (*wilful) Error() string      { return "wilful" }
func (e *wilful) Unwrap() error    { return e.unwrap() }
func (e *wilful) As(into any) bool { return e.as != nil && e.as(into) }

// TestMarksOfWilfulErrors: whatever an error does when it is asked for its marks, it is its input's, and that is tried
// again.
func TestMarksOfWilfulErrors(t *testing.T) {
	for name, c := range map[string]struct {
		err   func(release <-chan struct{}) error
		waits time.Duration
		more  int // attempts
	}{
		"leaves":    {err: func(<-chan struct{}) error { return &wilful{unwrap: func() error { runtime.Goexit(); return nil }} }, more: 2},
		"blocks":    {err: func(r <-chan struct{}) error { return &wilful{unwrap: func() error { <-r; return nil }} }, waits: 3 * time.Second, more: 2},
		"typed nil": {err: func(<-chan struct{}) error { return (*fs.PathError)(nil) }, more: 2},
		"marked":    {err: func(<-chan struct{}) error { return policy.Permanent(errCrash) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				defer close(release)
				bad := c.err(release)
				began := time.Now()
				for r := range mapper.Map(t.Context(), func(_ context.Context, i int) (int, error) {
					if i == 3 {
						return 0, bad
					}
					return i, nil
				}, ints(7), mapper.Options{ReturnExceptions: true, Retries: policy.Retries{MaxRetries: 2, InitialDelay: time.Nanosecond}}) {
					if r.Index == 3 {
						require.Equal(t, 1+c.more, r.Attempts)
						require.True(t, r.Err == policy.Cause(bad))
						continue
					}
					require.NoError(t, r.Err)
				}
				require.Equal(t, c.waits, time.Since(began).Truncate(time.Millisecond))
			})
		})
	}
}

// TestBatchOfWilfulErrors: an error of a batch is asked for none of its opinions.
func TestBatchOfWilfulErrors(t *testing.T) {
	t.Parallel()
	itself := &wilful{}
	itself.unwrap = func() error { return itself }
	for _, bad := range []error{
		(*fs.PathError)(nil), itself, errors.Join(itself, itself),
		&wilful{func() error { return nil }, func(any) bool { panic("nobody asks") }},
		&wilful{func() error { return nil }, func(any) bool { return true }},
	} {
		_, err := mapper.Batched(func(_ context.Context, in []int) ([]int, error) {
			if in[0] == 3 {
				return nil, bad
			}
			return in, nil
		}, mapper.Batch{Size: 1}).Collect(t.Context(), ints(7), mapper.Options{ReturnExceptions: true})
		var failed *mapper.FailuresError
		require.ErrorAs(t, err, &failed)
		require.Len(t, failed.Failures, 1)
		require.True(t, failed.Failures[0].Err == bad)
		require.Equal(t, 1, failed.Failures[0].Attempts)
	}
}

// TestTextsOfErrors: those of ours have a text, whatever is in them, also they themselves.
func TestTextsOfErrors(t *testing.T) {
	t.Parallel()
	slice := make([]any, 1)
	slice[0] = slice
	require.Regexp(t, `^mapper: the inputs' iterator panicked: \[+…\]+$`, (&mapper.SourceError{Panic: slice}).Error())
	wild := &leaving{}
	for _, err := range []error{
		&mapper.InputError{Err: wild}, &mapper.ExitError{Err: wild},
		mapper.Errors{wild},
		&mapper.SourceError{Panic: wild},
		&mapper.LengthError{Errors: mapper.Errors{wild}}, &mapper.FailuresError{Failures: []mapper.InputError{{Err: wild}}},
	} {
		require.Contains(t, err.Error(), "Error called runtime.Goexit")
	}
	own := &mapper.InputError{Index: 7}
	own.Err = &mapper.ExitError{Err: &mapper.FailuresError{Failures: []mapper.InputError{{Err: own}, {Err: own}}}}
	require.Contains(t, own.Error(), "nested too deep")
	require.Contains(t, (&mapper.InputError{Err: (*supervisor.CrashError)(nil)}).Error(), "<nil>")
}

type leaving struct{}

func (*leaving) Error() string { runtime.Goexit(); return "" }
