//go:build unix

package queues

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/hibiken/asynq"
)

func redisServer() (string, error) { return find("redis-server", "/usr/bin", "/usr/sbin") }

func redisMissing() error {
	_, err := redisServer()
	return err
}

// redis starts a server that keeps nothing on disk, and returns its socket.
func (s *site) redis(ctx context.Context, h *Host) (string, error) {
	path, err := redisServer()
	if err != nil {
		return "", err
	}
	at := filepath.Join(h.dir, "redis.sock")
	_ = os.Remove(at) // of one that was killed
	cmd := exec.Command(path, "--port", "0", "--unixsocket", at, "--save", "", "--appendonly", "no", "--dir", h.dir, "--loglevel", "warning")
	cmd.Stderr = os.Stderr
	if err := s.start(cmd); err != nil {
		return "", err
	}
	client := asynq.NewClient(socket(at))
	defer client.Close()
	return at, await(ctx, func(context.Context) error { return client.Ping() })
}
