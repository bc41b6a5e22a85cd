package cluster

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPatience: what takes long is asked after later, but not too late: something may have been lost.
func TestPatience(t *testing.T) {
	t.Parallel()
	for took, wait := range map[time.Duration]time.Duration{
		0:                     askFirst,
		10 * time.Millisecond: askFirst,
		time.Second:           1500 * time.Millisecond,
		time.Hour:             askLate,
	} {
		require.Equal(t, wait, (&lease{took: took}).patience(), "after %v", took)
	}
}
