package console

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTake(t *testing.T) {
	require.Same(t, os.Stderr, Writer())
	var first, second strings.Builder
	releaseFirst := Take(&first)
	releaseSecond := Take(&second)
	require.Same(t, &second, Writer())
	releaseFirst()
	require.Same(t, &second, Writer(), "it is not the first one's any more")
	releaseSecond()
	require.Same(t, os.Stderr, Writer())
}
