//go:build unix

// Command fleet measures what it costs to have inputs executed by workers over NATS, beside worker processes and goroutines of
// this machine: a server and three workers are processes of this program, on loopback. Scenes that begin with "queues" have job
// queues take turns with it that are run likewise, River on Postgres and Asynq on Redis, where their servers are installed.
//
//	go run ./cmd/fleet
//	go run ./cmd/fleet -only 'no-op' -rounds 9
//	go run ./cmd/fleet -only queues
//
// Figures are medians of the rounds, in each of which all cases have their turn. The bars are those of the design.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/longshore-go/longshore/bench/queues"
	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/process"
)

func main() {
	process.Main()
	if as := become(); as != nil {
		site.Exit(as)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// become is what this process is instead: a part of a site, a caller that is killed, or a worker of a queue.
func become() func(context.Context) error {
	if as := site.Become(); as != nil {
		return as
	}
	if url := os.Getenv(callerOf); url != "" {
		return func(ctx context.Context) error { return firstLife(ctx, url) }
	}
	return queues.Become()
}

// A testCase is a scene at a site.
type testCase struct {
	name  string
	slots int // of each worker
	rows  []rounds.Row
	run   func(ctx context.Context, s *fleet, scale float64) ([]float64, error)
}

const workers = 3

// fleet is a site with its one caller.
type fleet struct {
	*site.Site
	caller *cluster.Runtime
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := rounds.Parse("fleet", args, nil)
	if err != nil {
		return err
	}
	h, err := queues.NewHost()
	if err != nil {
		return err
	}
	defer h.Close()
	var scenes []rounds.Scene
	for _, c := range cases {
		scenes = append(scenes, rounds.Scene{Name: c.name, Rows: c.rows, Play: func(ctx context.Context) ([]float64, error) {
			return c.once(ctx, o.Scale)
		}})
	}
	for _, c := range contests {
		scenes = append(scenes, c.scene(h, o.Scale))
	}
	return o.Play(ctx, out, scenes)
}

// once is a case at a site of its own.
func (c testCase) once(ctx context.Context, scale float64) ([]float64, error) {
	s, err := site.Open(ctx, site.Shape{Servers: 1, Processes: workers, Machines: 1, Slots: c.slots})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	caller, err := s.Caller(ctx)
	if err != nil {
		return nil, err
	}
	return c.run(ctx, &fleet{s, caller}, scale)
}
