// Command flow measures flow control in real time: how well a rate is kept, how a slow host or a server that refuses
// holds up the others, what hedges cut, what limits cost. Beside Longshore stands what users write by hand, inside their
// function, and failsafe-go where it has the feature.
//
//	go run ./cmd/flow
//	go run ./cmd/flow -only crawl -rounds 5
//
// Figures are medians of the rounds, which take turns between the ways.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/longshore-go/longshore/bench/rounds"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flow:", err)
		os.Exit(1)
	}
}

// A scene is one question, with the bar that Longshore has to keep.
type scene struct {
	name, bar string
	ways      []way
}

// A way is somebody's answer.
type way struct {
	who  string
	play func(context.Context) ([]figure, error)
}

// A figure is one thing that was measured.
type figure struct {
	name  string
	value float64
}

func scenes(scale float64) []scene {
	return []scene{
		cost(scale), kept(scale), crawl(scale), refusals(scale), hedges(scale), weights(scale), adaptive(scale), tree(scale),
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := rounds.Parse("flow", args, nil)
	if err != nil {
		return err
	}
	fmt.Fprint(out, "| scene | who | figures |\n| --- | --- | --- |\n")
	for _, s := range scenes(o.Scale) {
		if !o.Only.MatchString(s.name) {
			continue
		}
		if err := s.play(ctx, o.Rounds, out); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// play has each way answer in turn, and prints the medians.
func (s scene) play(ctx context.Context, rounds int, out io.Writer) error {
	names := make([][]string, len(s.ways))
	values := make([]map[string][]float64, len(s.ways))
	for range rounds {
		for i, w := range s.ways {
			figures, err := w.play(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", w.who, err)
			}
			if values[i] == nil {
				values[i] = map[string][]float64{}
			}
			for _, f := range figures {
				if values[i][f.name] == nil {
					names[i] = append(names[i], f.name)
				}
				values[i][f.name] = append(values[i][f.name], f.value)
			}
		}
	}
	for i, w := range s.ways {
		var texts []string
		for _, name := range names[i] {
			texts = append(texts, fmt.Sprintf("%s %s", short(median(values[i][name])), name))
		}
		fmt.Fprintf(out, "| %s | %s | %s |\n", s.name, w.who, strings.Join(texts, ", "))
	}
	_, err := fmt.Fprintf(out, "| | bar | %s |\n", s.bar)
	return err
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// short has three digits.
func short(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
