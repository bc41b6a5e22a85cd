//go:build unix

package queues

import (
	"bytes"
	"context"
	"fmt"
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

// postgres starts a server with an empty database, and returns where that is.
func (s *site) postgres(ctx context.Context, h *Host, settings ...string) (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	data := filepath.Join(h.dir, "postgres")
	if !h.cluster {
		if out, err := h.command(bin+"/initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync").CombinedOutput(); err != nil {
			return "", fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
		}
		h.cluster = true
	}
	args := []string{"-D", data, "-k", h.dir, "-c", "listen_addresses=", "-c", "log_min_messages=fatal"}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	if err := s.start(h.command(bin+"/postgres", args...)); err != nil {
		return "", err
	}
	at := "host=" + h.dir + " user=bench dbname="
	return at + "bench", await(ctx, func(ctx context.Context) error { return empty(ctx, at+"postgres") })
}

// empty makes the database anew.
func empty(ctx context.Context, at string) error {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS bench"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE bench")
	return err
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
