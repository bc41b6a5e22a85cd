package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain is the program where the test starts it.
func TestMain(m *testing.M) {
	if os.Getenv(workerOf) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestFleet(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, call(&out))
	require.Contains(t, out.String(), "a worker is killed\n2000 of 2000 squares are right, ")
	require.Contains(t, out.String(), ", 0 crashes were charged\n")
}
