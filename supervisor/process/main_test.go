//go:build unix

package process_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	if os.Getenv(withoutMain) != "" {
		checkWithoutMain()
	}
	if before := beforeMain[os.Getenv(firstThing)]; before != nil && len(os.Args) == 1 {
		before()
	}
	process.Main()
	if os.Getenv(asParent) != "" {
		parent()
	}
	if run := programs[os.Getenv(asProgram)]; run != nil {
		run()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
