package runtimes

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

// family is the variable in the environment of every process that a test has to do
// with, however far down: those who are left are found by it.
const family = "LONGSHORE_TEST_FAMILY"

// employer is the variable that makes another parent of this program, which employs workers as one of
// employers does: its name and a directory, with a colon between.
const employer = "LONGSHORE_TEST_EMPLOYER"

var employers = map[string]func(dir string){}

func TestMain(m *testing.M) {
	process.Main()
	if name, dir, ok := strings.Cut(os.Getenv(employer), ":"); ok {
		employers[name](dir)
		return
	}
	os.Setenv(family, strconv.Itoa(os.Getpid()))
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each worker sleeps a second at its end, under the race detector
	goleak.VerifyTestMain(m)
}
