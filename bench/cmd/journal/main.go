//go:build linux

// Command journal measures what a journal costs, against the bars of its design: a no-op, work of 50 µs and of 1 ms, a
// resumed run, memory, the file, and how far the record lags behind.
//
//	go run ./cmd/journal
//	go run ./cmd/journal -only resume -large
//	go run ./cmd/journal -only iterator -rounds 1 -rows 100000000
//
// Figures are medians of the rounds, in each of which all rows have their turn. Linux only: memory and processor time are read
// from the system. The journals are in the system's folder for temporary files: it is that disk which is measured.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/longshore-go/longshore/bench/rounds"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "journal:", err)
		os.Exit(1)
	}
}

func scenes(scale float64, large bool, rows int) []rounds.Scene {
	all := []rounds.Scene{
		noop(scale), work("50 µs", busy, 2, scaled(40_000, scale), "≤ 4"), work("1 ms x 64", asleep, 64, scaled(64_000, scale), "≤ 10"),
		resume(scaled(1_000_000, scale)), lag(scaled(20_000, scale)),
	}
	if large {
		all = append(all, resume(scaled(10_000_000, scale)))
	}
	if rows > 0 {
		all = append(all, pulled(rows))
	}
	return all
}

func scaled(n int, scale float64) int { return max(int(float64(n)*scale), 100) }

func run(ctx context.Context, args []string, out io.Writer) error {
	var large bool
	var rows int
	o, err := rounds.Parse("journal", args, func(fs *flag.FlagSet) {
		fs.BoolVar(&large, "large", false, "also a resumed run of ten million inputs")
		fs.IntVar(&rows, "rows", 0, "also a run over an iterator of so many inputs, and its next life")
	})
	if err != nil {
		return err
	}
	return o.Play(ctx, out, scenes(o.Scale, large, rows))
}

// inFolder is a scene in a folder of its own.
func inFolder(name string, rows []rounds.Row, play func(ctx context.Context, folder string) ([]float64, error)) rounds.Scene {
	return rounds.Scene{Name: name, Rows: rows, Play: func(ctx context.Context) ([]float64, error) {
		folder, err := os.MkdirTemp("", "journal")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(folder)
		return play(ctx, folder)
	}}
}
