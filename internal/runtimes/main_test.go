package runtimes_test

import (
	"os"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

// family is the variable in the environment of every process that a test has to do
// with, however far down: those who are left are found by it.
const family = "LONGSHORE_TEST_FAMILY"

// doomed is the variable that makes a parent of this program, which employs workers until
// it is killed, where there is a test for that.
const doomed = "LONGSHORE_TEST_DOOMED"

var employ func(dir string)

func TestMain(m *testing.M) {
	process.Main()
	if dir := os.Getenv(doomed); dir != "" && employ != nil {
		employ(dir)
		return
	}
	os.Setenv(family, strconv.Itoa(os.Getpid()))
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each worker sleeps a second at its end, under the race detector
	goleak.VerifyTestMain(m)
}
