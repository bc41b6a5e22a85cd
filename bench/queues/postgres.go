//go:build unix

package queues

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// binaries is the folder of Postgres' programs. What is on the PATH may be a link to one of them alone.
func binaries() (string, error) {
	path, err := find("initdb", "/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	path, err = filepath.EvalSymlinks(path)
	return filepath.Dir(path), err
}

func postgresMissing() error {
	_, err := binaries()
	return err
}

// postgres starts a server that is empty, and returns where its database is.
func (s *site) postgres(ctx context.Context, h *Host, settings ...string) (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	data, err := h.copy(bin)
	if err != nil {
		return "", err
	}
	args := []string{"-D", data, "-k", h.dir, "-c", "listen_addresses=", "-c", "log_min_messages=fatal"}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	s.quit = syscall.SIGQUIT // at once: what it has not written is not missed
	if err := s.start(h.command(bin+"/postgres", args...)); err != nil {
		return "", err
	}
	at := "host=" + h.dir + " user=bench dbname=postgres"
	return at, await(ctx, func(ctx context.Context) error {
		conn, err := pgx.Connect(ctx, at)
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
}

// copy is the files of a server that is empty, in place of those of the last one. They are made once: that takes a second or two.
func (h *Host) copy(bin string) (string, error) {
	empty, data := filepath.Join(h.dir, "empty"), filepath.Join(h.dir, "postgres")
	if h.cluster == "" {
		if err := run(h.command(bin+"/initdb", "-D", empty, "-U", "bench", "-A", "trust", "--no-sync")); err != nil {
			return "", err
		}
		h.cluster = empty
	}
	if err := os.RemoveAll(data); err != nil {
		return "", err
	}
	return data, run(h.command("cp", "-a", h.cluster, data))
}

// run is a command whose error has what it printed.
func run(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, bytes.TrimSpace(out))
	}
	return nil
}

// command is one that refuses to be root.
func (h *Host) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = h.dir
	if h.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: h.as}
	}
	return cmd
}
