//go:build unix

// Command scale measures what package simulation cannot: what a fleet of many machines is for the real supervisor/cluster, over
// a real server. Each machine is a worker with a connection of its own, and what it executes is a sleep. Servers and workers are
// processes of this program, on loopback.
//
//	go run ./cmd/scale
//	go run ./cmd/scale -only callers -scale 0.1
//
// Figures are medians of the rounds. The bars are those of the design, for ten thousand machines.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
)

func main() {
	if as := site.Become(); as != nil {
		site.Exit(as)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := rounds.Parse("scale", args, nil)
	if err != nil {
		return err
	}
	return o.Play(ctx, out, scenes(o.Scale))
}

func scenes(scale float64) []rounds.Scene {
	look := time.Duration(min(max(scale, 0.1), 1) * float64(10*time.Second)) // for so long a caller is looked at
	return []rounds.Scene{
		crowd(site.Shape{Servers: 1, Processes: 10, Machines: 1, Slots: scaled(1000, scale)}, look),
		crowd(site.Shape{Servers: 1, Processes: 20, Machines: scaled(500, scale), Slots: 1}, look),
		losses(scaled(100, scale)), callers(scaled(100, scale), look), election(scaled(20_000, max(scale, 0.1))),
	}
}

func scaled(n int, scale float64) int { return max(int(float64(n)*scale), 2) }

// at is a scene at a site of its own.
func at(name string, shape site.Shape, rows []rounds.Row, play func(ctx context.Context, s *site.Site) ([]float64, error)) rounds.Scene {
	return rounds.Scene{Name: name, Rows: rows, Play: func(ctx context.Context) ([]float64, error) {
		s, err := site.Open(ctx, shape)
		if err != nil {
			return nil, err
		}
		defer s.Close()
		return play(ctx, s)
	}}
}
