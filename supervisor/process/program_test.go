//go:build unix

package process_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// asProgram makes the test binary one of these programs, for what only a whole program shows. It has called Main.
const asProgram = "LONGSHORE_TEST_PROGRAM"

var programs = map[string]func(){}

// program is a command that runs one of them.
func program(name string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), asProgram+"="+name), env...)
	return cmd
}

// output runs a program to its end.
func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	require.NoError(t, err, "%s", out.String())
	return out.String()
}
