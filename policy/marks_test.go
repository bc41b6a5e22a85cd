package policy_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

func TestVerdictsOfNil(t *testing.T) {
	t.Parallel()
	require.NoError(t, policy.Permanent(nil))
	require.NoError(t, policy.RetryAfter(nil, time.Second))
	require.NoError(t, policy.Throttled(nil, time.Second))
	require.NoError(t, policy.Cause(nil))
	require.False(t, policy.IsPermanent(nil))
	_, ok := policy.RetryDelay(nil)
	require.False(t, ok)
}

func TestVerdictsAreTransparent(t *testing.T) {
	t.Parallel()
	own := &fs.PathError{Op: "open", Path: "x", Err: io.EOF}
	for _, err := range []error{
		policy.Permanent(own),
		policy.RetryAfter(own, time.Second),
		policy.Throttled(own, time.Second),
		policy.Throttled(policy.Permanent(policy.RetryAfter(own, 1)), 0),
		policy.Permanent(policy.RetryAfter(policy.Permanent(own), time.Second)),
	} {
		require.EqualError(t, err, own.Error())
		require.ErrorIs(t, err, io.EOF)
		var path *fs.PathError
		require.ErrorAs(t, err, &path)
		require.Same(t, own, policy.Cause(err))
	}
}

func TestVerdictsAreFoundUnderWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("page 3: %w", policy.Permanent(io.EOF))
	require.True(t, policy.IsPermanent(err))
	require.True(t, policy.IsPermanent(policy.RetryAfter(err, 0)), "permanent wins")
	require.True(t, policy.IsPermanent(errors.Join(fs.ErrExist, err)))
	require.Same(t, err, policy.Cause(err), "only outermost marks come off")
	require.False(t, policy.IsPermanent(policy.RetryAfter(io.EOF, 0)))

	d, ok := policy.RetryDelay(fmt.Errorf("page 3: %w", policy.RetryAfter(policy.RetryAfter(io.EOF, 1), 2)))
	require.True(t, ok)
	require.Equal(t, time.Duration(2), d, "the outermost wins")
	_, ok = policy.RetryDelay(err)
	require.False(t, ok)
}

func TestRetryAfterNegativeIsAtOnce(t *testing.T) {
	t.Parallel()
	d, ok := policy.RetryDelay(policy.RetryAfter(io.EOF, math.MinInt64))
	require.True(t, ok)
	require.Zero(t, d)
}
