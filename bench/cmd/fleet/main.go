//go:build unix

// Command fleet measures what it costs to have inputs executed by workers over NATS, beside worker processes and goroutines of
// this machine: a server and three workers are processes of this program, on loopback.
//
//	go run ./cmd/fleet
//	go run ./cmd/fleet -only 'no-op' -rounds 9
//
// Figures are medians of the rounds, in each of which all cases have their turn. The bars are those of the design.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"

	"github.com/longshore-go/longshore/supervisor/process"
)

func main() {
	process.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	do := func() error { return run(ctx, os.Args[1:], os.Stdout) }
	if as := become(); as != nil {
		do = func() error { return as(ctx) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// A testCase gives a figure for each of its rows.
type testCase struct {
	name  string
	slots int // of each worker
	rows  []row
	run   func(ctx context.Context, s *site, scale float64) ([]float64, error)
}

// A row is one figure, with its bar.
type row struct{ name, unit, bar string }

func run(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet("fleet", flag.ContinueOnError)
	only := fs.String("only", "", "only the cases whose name matches this `regexp`")
	rounds := fs.Int("rounds", 3, "how often")
	scale := fs.Float64("scale", 1, "multiplies the numbers of inputs")
	if err := fs.Parse(args); err != nil {
		return err
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(cases), func(c testCase) bool { return !pattern.MatchString(c.name) })
	figures := make([][][]float64, len(chosen)) // by case, row and round
	for range *rounds {
		for i, c := range chosen {
			all, err := c.once(ctx, *scale)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			figures[i] = append(figures[i], all)
		}
	}
	fmt.Fprint(out, "| what | median | bar |\n| --- | ---: | ---: |\n")
	for i, c := range chosen {
		for k, r := range c.rows {
			var all []float64
			for _, round := range figures[i] {
				all = append(all, round[k])
			}
			slices.Sort(all)
			fmt.Fprintf(out, "| %s: %s | %.3g %s | %s |\n", c.name, r.name, all[len(all)/2], r.unit, r.bar)
		}
	}
	return nil
}

// once is a case at a site of its own.
func (c testCase) once(ctx context.Context, scale float64) ([]float64, error) {
	s, err := open(ctx, c.slots)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return c.run(ctx, s, scale)
}
