package journal_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	if plan := os.Getenv(childPlan); plan != "" {
		child(plan)
		os.Exit(0)
	}
	if memory := "/dev/shm"; os.Getenv("TMPDIR") == "" { // no test cuts the power: a disk would only be slow
		if folder, err := os.MkdirTemp(memory, "journal"); err == nil {
			_ = os.Remove(folder)
			_ = os.Setenv("TMPDIR", memory)
		}
	}
	goleak.VerifyTestMain(m)
}
