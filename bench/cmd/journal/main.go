//go:build linux

// Command journal measures what a journal costs, against the bars of its design: a no-op, work of 50 µs and of 1 ms, a
// resumed run, memory, the file, and how far the record lags behind.
//
//	go run ./cmd/journal
//	go run ./cmd/journal -only resume -large
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
	"regexp"
	"slices"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "journal:", err)
		os.Exit(1)
	}
}

// A scene is what is run once in each round, and gives a figure for each of its rows.
type scene struct {
	name string
	rows []row
	play func(ctx context.Context, folder string) ([]float64, error)
}

// A row is one figure, with its bar.
type row struct{ name, unit, bar string }

func scenes(scale float64, large bool) []scene {
	all := []scene{
		noop(scale), work("50 µs", busy, 2, scaled(40_000, scale), "≤ 4"), work("1 ms x 64", asleep, 64, scaled(64_000, scale), "≤ 10"),
		resume(scaled(1_000_000, scale)), lag(scaled(20_000, scale)),
	}
	if large {
		all = append(all, resume(scaled(10_000_000, scale)))
	}
	return all
}

func scaled(n int, scale float64) int { return max(int(float64(n)*scale), 100) }

func run(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet("journal", flag.ContinueOnError)
	only := fs.String("only", "", "only the scenes whose name matches this `regexp`")
	rounds := fs.Int("rounds", 3, "how often")
	scale := fs.Float64("scale", 1, "multiplies the numbers of inputs")
	large := fs.Bool("large", false, "also a resumed run of ten million inputs")
	if err := fs.Parse(args); err != nil {
		return err
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(scenes(*scale, *large), func(s scene) bool { return !pattern.MatchString(s.name) })
	values := make([][][]float64, len(chosen)) // by scene, row and round
	for range *rounds {
		for i, s := range chosen {
			figures, err := s.once(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			values[i] = append(values[i], figures)
		}
	}
	fmt.Fprint(out, "| what | measured | bar |\n| --- | ---: | ---: |\n")
	for i, s := range chosen {
		for k, r := range s.rows {
			var figures []float64
			for _, round := range values[i] {
				figures = append(figures, round[k])
			}
			slices.Sort(figures)
			fmt.Fprintf(out, "| %s: %s | %.3g %s | %s |\n", s.name, r.name, figures[len(figures)/2], r.unit, r.bar)
		}
	}
	return nil
}

// once is a scene in a folder of its own.
func (s scene) once(ctx context.Context) ([]float64, error) {
	folder, err := os.MkdirTemp("", "journal")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	return s.play(ctx, folder)
}
