//go:build unix

package site

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/longshore-go/longshore/supervisor/cluster"
)

// Patience is how long anything here may take. A machine with other work may take minutes for thousands of connections.
const Patience = 10 * time.Minute

// Shape is what a site consists of.
type Shape struct {
	Servers   int // 1, or a cluster
	Processes int // with workers
	Machines  int // of each process
	Slots     int // of each machine
}

// All is how many machines there are.
func (s Shape) All() int { return s.Processes * s.Machines }

// Site is servers and workers.
type Site struct {
	Shape
	URL     string // of all servers
	Servers []*exec.Cmd
	Workers []*exec.Cmd

	roles   []role // of the servers
	folder  string // of the journals
	callers []*cluster.Runtime
}

// Open starts all of it. It does not wait for the workers: see Caller.
func Open(ctx context.Context, shape Shape) (*Site, error) {
	s := &Site{Shape: shape}
	err := s.serve(ctx)
	s.Workers = make([]*exec.Cmd, shape.Processes)
	for i := range s.Workers {
		if err == nil {
			err = s.Employ(i)
		}
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Employ starts the process with that number, again if it was killed.
func (s *Site) Employ(i int) error {
	_, err := s.start(&s.Workers[i], role{URL: s.URL, Machines: s.Machines, Slots: s.Slots})
	return err
}

// serve starts the servers.
func (s *Site) serve(ctx context.Context) (err error) {
	if s.folder, err = os.MkdirTemp("", "site"); err != nil {
		return err
	}
	if s.roles, err = s.members(); err != nil {
		return err
	}
	s.Servers = make([]*exec.Cmd, len(s.roles))
	var urls []string
	for i := range s.roles {
		url, err := s.Serve(i)
		if err != nil {
			return err
		}
		urls = append(urls, url)
	}
	s.URL = strings.Join(urls, ",")
	if len(urls) == 1 {
		return ctx.Err()
	}
	return elected(ctx, s.URL, len(urls))
}

func (s *Site) members() ([]role, error) {
	if s.Shape.Servers > 1 {
		return members(s.Shape.Servers, s.folder)
	}
	one, err := alone(s.folder)
	return []role{one}, err
}

// Serve starts the server with that number, again if it was killed, and returns where it is: one that is alone, where it was.
func (s *Site) Serve(i int) (url string, err error) {
	out, err := s.start(&s.Servers[i], s.roles[i])
	if err != nil {
		return "", err
	}
	url, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("a server does not start: %w", err)
	}
	return strings.TrimSpace(url), nil
}

// start starts a process of this program as something else, and returns what it prints.
func (s *Site) start(as **exec.Cmd, r role) (io.Reader, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), variable+"="+string(text)), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if _, err := cmd.StdinPipe(); err != nil { // it ends when this is closed: with us, whatever becomes of us
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	*as = cmd
	return out, nil
}

// Caller is one more, which knows all machines.
func (s *Site) Caller(ctx context.Context) (*cluster.Runtime, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	r := cluster.New(cluster.Options{URL: s.URL})
	s.callers = append(s.callers, r)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(r.Machines()) < s.All() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d machines are known: %w", len(r.Machines()), s.All(), ctx.Err())
		}
	}
	return r, nil
}

// Kill ends a process at once.
func Kill(cmd *exec.Cmd) {
	if cmd != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// Close ends all of it.
func (s *Site) Close() {
	for _, r := range s.callers {
		_ = r.Close()
	}
	for _, cmd := range append(s.Workers, s.Servers...) {
		Kill(cmd)
	}
	if s.folder != "" {
		_ = os.RemoveAll(s.folder)
	}
}
