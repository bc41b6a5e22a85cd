package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// done is what came of a command that has succeeded.
type done struct {
	output string
	took   time.Duration
}

// exitError is what came of one that has not. It is an error, and no value, so that retries and the end of the run go by it.
type exitError struct {
	code   int // -1 where a signal has ended it
	state  string
	output string
}

func (e *exitError) Error() string { return e.state }

// maxOutput is how much of a command's output is kept.
const maxOutput = 1 << 20

// shell executes one command line, its standard output and its standard error in one. The end of ctx kills the command with
// all that it has started, as far as the system has a way.
func shell(ctx context.Context, line string) (done, error) {
	began := time.Now()
	var out tail
	cmd := command(line)
	cmd.Stdout, cmd.Stderr = &out, &out
	group(cmd)
	if err := cmd.Start(); err != nil {
		return done{}, policy.Permanent(err) // there is no shell
	}
	unwatch := context.AfterFunc(ctx, func() { kill(cmd) })
	err := cmd.Wait()
	unwatch()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return done{}, &exitError{exit.ExitCode(), exit.String(), out.String()}
	}
	return done{out.String(), time.Since(began)}, err
}

// tail keeps the end of what is written to it.
type tail struct {
	kept bytes.Buffer
	lost int
}

func (t *tail) Write(p []byte) (int, error) {
	t.kept.Write(p)
	if over := t.kept.Len() - maxOutput; over > 0 {
		t.kept.Next(over)
		t.lost += over
	}
	return len(p), nil
}

func (t *tail) String() string {
	if t.lost > 0 {
		return fmt.Sprintf("(%d bytes left out)\n%s", t.lost, t.kept.String())
	}
	return t.kept.String()
}
