package policy_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

// itself unwraps to itself, and says that it is whatever it is asked for.
type itself struct{ twice bool }

func (e *itself) Error() string { return "itself" }
func (e *itself) As(any) bool   { return true }

func (e *itself) Unwrap() []error {
	if e.twice {
		return []error{e, e}
	}
	return []error{e}
}

// TestMarksOfWildErrors looks for marks in errors whose methods panic, never end, or lie.
func TestMarksOfWildErrors(t *testing.T) {
	t.Parallel()
	var none *fs.PathError // its Unwrap panics
	for name, err := range map[string]error{
		"nil pointer":   none,
		"wrapped":       fmt.Errorf("wrapped: %w", none),
		"itself":        &itself{},
		"itself, twice": &itself{twice: true},
		"joined":        errors.Join(none, &itself{}, none),
	} {
		require.False(t, policy.IsPermanent(err), name)
		_, asked := policy.RetryDelay(err)
		require.False(t, asked, name)
		require.True(t, policy.IsPermanent(errors.Join(none, policy.Permanent(err))), name)
		delay, asked := policy.RetryDelay(errors.Join(none, policy.RetryAfter(err, time.Second)))
		require.True(t, asked, name)
		require.Equal(t, time.Second, delay, name)
	}
}
