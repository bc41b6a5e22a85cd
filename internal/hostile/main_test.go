package hostile_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

// door is the variable that has a process of this program go through that door.
const door = "LONGSHORE_HOSTILE_DOOR"

func TestMain(m *testing.M) {
	process.Main()
	if name := os.Getenv(door); name != "" {
		child(name, os.Args[1:])
	}
	goleak.VerifyTestMain(m)
}
