// Command compare measures every implementation in turns and prints what one
// input costs, and how many times its group's floor that is.
//
// In each round every implementation of a row runs once, in an order shuffled
// anew, with a garbage collection before each. The figures are medians over
// the rounds: whatever else the machine does meanwhile hits all of them alike.
//
//	go run ./cmd/compare -rounds 5 -only 'collect/noop/' -md out/tables.md -json out/data.json -svg out/chart.svg
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
)

type config struct {
	rounds           int
	seed             uint64
	scale            float64
	only             *regexp.Regexp
	chart            string
	json, svg, table string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	cfg, err := parse(args, progress)
	if err != nil {
		return err
	}
	rep, err := measure(ctx, cfg, progress)
	if err != nil {
		return err
	}
	tables := markdown(rep)
	if _, err := io.WriteString(out, tables); err != nil {
		return err
	}
	for _, f := range []struct {
		path string
		make func() ([]byte, error)
	}{
		{cfg.table, func() ([]byte, error) { return []byte(tables), nil }},
		{cfg.json, func() ([]byte, error) { return encode(rep) }},
		{cfg.svg, func() ([]byte, error) { return svg(rep, cfg.chart) }},
	} {
		if f.path == "" {
			continue
		}
		data, err := f.make()
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(f.path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func parse(args []string, usage io.Writer) (config, error) {
	var cfg config
	var only string
	fs := flag.NewFlagSet("compare", flag.ContinueOnError)
	fs.SetOutput(usage)
	fs.IntVar(&cfg.rounds, "rounds", 5, "rounds to take medians over")
	fs.Uint64Var(&cfg.seed, "seed", 1, "seed of the order within rounds")
	fs.Float64Var(&cfg.scale, "scale", 1, "multiplies the inputs of every workload")
	fs.StringVar(&only, "only", "", "measure only group/workload/implementation that match this `regexp`, their floors, and special/name")
	fs.StringVar(&cfg.chart, "chart", "noop", "`workload` that the chart shows")
	fs.StringVar(&cfg.json, "json", "", "write every sample to this `file`")
	fs.StringVar(&cfg.svg, "svg", "", "write the chart to this `file`")
	fs.StringVar(&cfg.table, "md", "", "write the tables to this `file`")
	if err := fs.Parse(args); err != nil {
		return cfg, err
	}
	if cfg.rounds < 1 {
		return cfg, fmt.Errorf("-rounds %d: at least 1", cfg.rounds)
	}
	if cfg.scale <= 0 {
		return cfg, fmt.Errorf("-scale %v: over 0", cfg.scale)
	}
	var err error
	cfg.only, err = regexp.Compile(only)
	return cfg, err
}
