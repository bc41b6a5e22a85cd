//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// command is a line for the shell.
func command(line string) *exec.Cmd { return exec.Command("sh", "-c", line) }

// group puts the command into a process group of its own: what the shell starts belongs to it.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// kill ends the whole group. A command that would rather be told first needs a TERM and some patience here.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
