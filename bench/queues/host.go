//go:build unix

package queues

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// ErrMissing is a program that is not installed.
var ErrMissing = errors.New("not installed")

const patience = time.Minute

// find looks for a program on the PATH, and in the places where packages put it.
func find(program string, places ...string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	for _, place := range places {
		if found, _ := filepath.Glob(filepath.Join(place, program)); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("%s is %w", program, ErrMissing)
}

// A Host is a temporary folder for the files of servers, one of which runs at a time. It is for one goroutine.
type Host struct {
	dir     string
	as      *syscall.Credential // of a server that refuses root; nil where this is not root
	cluster string              // the files of an empty Postgres, once they are made
}

// NewHost makes the folder, which Close removes.
func NewHost() (_ *Host, err error) {
	h := &Host{}
	if h.dir, err = os.MkdirTemp("", "queues"); err != nil || os.Geteuid() != 0 {
		return h, err
	}
	if h.as, err = unprivileged(); err == nil {
		err = os.Chown(h.dir, int(h.as.Uid), int(h.as.Gid))
	}
	if err != nil {
		h.Close()
	}
	return h, err
}

// Close removes the folder.
func (h *Host) Close() { _ = os.RemoveAll(h.dir) }

// unprivileged is a user who is not root: that of Postgres where there is one.
func unprivileged() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// A site is the processes of a queue.
type site struct {
	procs []*exec.Cmd // the server, and the workers behind it
	quit  os.Signal   // ends the server; nil means a kill
}

func (s *site) start(cmd *exec.Cmd) error {
	err := cmd.Start()
	if err == nil {
		s.procs = append(s.procs, cmd)
	}
	return err
}

// Close ends the workers, and then the server, which keeps nothing.
func (s *site) Close() {
	for i, cmd := range slices.Backward(s.procs) {
		if i > 0 || s.quit == nil {
			_ = cmd.Process.Kill()
		} else {
			_ = cmd.Process.Signal(s.quit)
		}
		late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		late.Stop()
	}
	s.procs = nil
}

// await tries until it works.
func await(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if rest(ctx, 10*time.Millisecond) != nil || ctx.Err() != nil {
			return fmt.Errorf("the server does not start: %w", err)
		}
	}
}
