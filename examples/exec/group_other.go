//go:build !unix

package main

import (
	"os/exec"
	"time"
)

// command is a line for the shell.
func command(line string) *exec.Cmd { return exec.Command("cmd", "/c", line) }

// group has what the command leaves behind keep its output open for no longer than that.
func group(cmd *exec.Cmd) { cmd.WaitDelay = time.Second }

// kill ends the shell alone.
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
