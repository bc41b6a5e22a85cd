package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain is the program where the test starts it.
func TestMain(m *testing.M) {
	if os.Getenv(folderOf) != "" {
		main()
		return
	}
	flag.Parse()
	goleak.VerifyTestMain(m)
}

func TestFinishesAfterThreeKills(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, start(config{inputs: 20_000, kills: 3}, &out))
	require.Contains(t, out.String(), "all 20000 checksums are there, and together they are ")
	require.Contains(t, out.String(), "start 4: executed ")
	require.Contains(t, out.String(), " of 20000 inputs ran more than once\n")
}
