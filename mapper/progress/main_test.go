package progress_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main() // tests with worker processes start this program once more
	goleak.VerifyTestMain(m)
}
