package mapper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

// ourWords are what a refusal says with us, by a part of what Modal says.
var ourWords = []struct{ theirs, ours string }{
	{"positive integer", "must be 1 to"},
	{"non-negative integer", "must not be negative"},
	{"cannot be greater than", "cannot be greater than"},
	{"must be > 0", "must be > 0"},
}

// requireRefused checks that err refuses the field, for the reason that the case gives.
func requireRefused(t *testing.T, err error, field, class, contains string) {
	t.Helper()
	require.Equal(t, "invalid", class)
	var invalid *policy.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, field, invalid.Field)
	for _, w := range ourWords {
		if strings.Contains(contains, w.theirs) {
			require.Contains(t, invalid.Reason, w.ours)
			return
		}
	}
	require.Contains(t, invalid.Reason, contains)
}
