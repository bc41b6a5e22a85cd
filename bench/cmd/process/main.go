// Command process measures what it costs to have inputs executed in worker processes, beside
// the process pools of others where they are installed.
//
//	go run ./cmd/process
//	go run ./cmd/process -rounds 9
//
// Figures are medians over the rounds; the bars are those of the design.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/longshore-go/longshore/supervisor/process"
)

func main() {
	process.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "process:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	fs := flag.NewFlagSet("process", flag.ContinueOnError)
	fs.SetOutput(progress)
	rounds := fs.Int("rounds", 5, "how often each is measured; they take turns")
	scale := fs.Float64("scale", 1, "multiplies the numbers of inputs")
	peers := fs.Bool("peers", true, "measure the process pools of others, too")
	if err := fs.Parse(args); err != nil {
		return err
	}
	figures := map[string][]time.Duration{}
	for range *rounds {
		for _, c := range cases {
			took, err := c.run(ctx, max(int(float64(c.n)**scale), 1))
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			figures[c.name] = append(figures[c.name], took)
		}
	}
	fmt.Fprintf(out, "| what | median | bar |\n|---|---:|---:|\n")
	for _, c := range cases {
		bar := "–"
		if c.bar > 0 {
			bar = c.bar.String()
		}
		fmt.Fprintf(out, "| %s | %v | %s |\n", c.name, median(figures[c.name]), bar)
	}
	if *peers {
		return printPeers(ctx, out, progress, *scale)
	}
	return nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2].Round(10 * time.Nanosecond)
}
