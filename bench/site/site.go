//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/longshore-go/longshore/supervisor/cluster"
)

// The variables that make another process of this program.
const (
	serverAs = "LONGSHORE_BENCH_SERVER"    // a server, which prints its address
	workerOf = "LONGSHORE_BENCH_WORKER_OF" // a worker, for the server with that URL
	slotsOf  = "LONGSHORE_BENCH_SLOTS"     // its slots
)

// become is what this process is instead, if it is something else.
func become() func(context.Context) error {
	switch {
	case os.Getenv(serverAs) != "":
		return serve
	case os.Getenv(workerOf) != "":
		return func(ctx context.Context) error {
			slots, err := strconv.Atoi(os.Getenv(slotsOf))
			if err != nil {
				return err
			}
			return cluster.Serve(ctx, cluster.WorkerOptions{URL: os.Getenv(workerOf), Slots: slots})
		}
	}
	return nil
}

func serve(ctx context.Context) error {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
	if err != nil {
		return err
	}
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	if !s.ReadyForConnections(patience) {
		return errors.New("the server does not start")
	}
	fmt.Println(s.ClientURL())
	<-ctx.Done()
	return nil
}

const (
	workers  = 3
	patience = 30 * time.Second
)

// A site is a server and its workers.
type site struct {
	url   string
	procs []*exec.Cmd // the server, and the workers behind it
	fleet *cluster.Runtime
}

// open starts a server and three workers with so many slots each, and waits until all are known.
func open(ctx context.Context, slots int) (_ *site, err error) {
	s := &site{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	cmd := spawn(serverAs + "=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.start(cmd); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, err
	}
	s.url = strings.TrimSpace(line)
	for range workers {
		if err := s.start(spawn(workerOf+"="+s.url, slotsOf+"="+strconv.Itoa(slots))); err != nil {
			return nil, err
		}
	}
	s.fleet = cluster.New(cluster.Options{URL: s.url})
	return s, s.await(ctx)
}

func (s *site) start(cmd *exec.Cmd) error {
	err := cmd.Start()
	if err == nil {
		s.procs = append(s.procs, cmd)
	}
	return err
}

func (s *site) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for tick := time.NewTicker(time.Millisecond); len(s.fleet.Machines()) < workers; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d workers are known: %w", len(s.fleet.Machines()), workers, ctx.Err())
		}
	}
	return nil
}

func (s *site) close() {
	if s.fleet != nil {
		_ = s.fleet.Close()
	}
	for _, cmd := range s.procs {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func spawn(env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), os.Stderr
	return cmd
}
