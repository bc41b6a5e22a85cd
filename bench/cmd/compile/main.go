// Command compile measures what a program pays for a library when it is built:
// CPU time of go build, and bytes of binary, for each pair of types that the
// library is used with.
//
// It writes small programs into a module of its own, builds each once to warm
// the build cache, and then changes one constant and builds again, so that the
// program's own package is compiled and linked and nothing else. In each round
// every program is built once, in an order shuffled anew; the figures are
// medians over the rounds. CPU time, not wall time: the machine may be busy.
//
//	go run ./cmd/compile
//	go run ./cmd/compile -only '^(collect|maperr)/' -rounds 7
//	go run ./cmd/compile -root ../../before
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
)

type config struct {
	root   string
	rounds int
	pairs  int
	seed   uint64
	only   *regexp.Regexp
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "compile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	cfg, err := parse(args, progress)
	if err != nil {
		return err
	}
	m, err := newModule(ctx, cfg.root)
	if err != nil {
		return err
	}
	defer m.remove()
	done, err := measure(ctx, m, cfg, progress)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, markdown(done))
	return err
}

func parse(args []string, usage io.Writer) (config, error) {
	var cfg config
	var only string
	fs := flag.NewFlagSet("compile", flag.ContinueOnError)
	fs.SetOutput(usage)
	fs.StringVar(&cfg.root, "root", "..", "the `folder` of the Longshore checkout to measure")
	fs.IntVar(&cfg.rounds, "rounds", 5, "rounds to take medians over")
	fs.IntVar(&cfg.pairs, "pairs", len(pairs), "the most pairs of types in one program")
	fs.Uint64Var(&cfg.seed, "seed", 1, "seed of the order within rounds")
	fs.StringVar(&only, "only", "", "build only the programs form/pairs that match this `regexp`")
	if err := fs.Parse(args); err != nil {
		return cfg, err
	}
	if cfg.rounds < 1 {
		return cfg, fmt.Errorf("-rounds %d: at least 1", cfg.rounds)
	}
	if cfg.pairs < 1 || cfg.pairs > len(pairs) {
		return cfg, fmt.Errorf("-pairs %d: 1 to %d", cfg.pairs, len(pairs))
	}
	var err error
	cfg.only, err = regexp.Compile(only)
	return cfg, err
}

// measure builds every program that cfg asks for: once to warm up, then once a round.
func measure(ctx context.Context, m *module, cfg config, progress io.Writer) (results, error) {
	var asked []program
	for _, p := range programs(cfg.pairs) {
		if cfg.only.MatchString(p.String()) {
			asked = append(asked, p)
		}
	}
	if len(asked) == 0 {
		return nil, fmt.Errorf("-only %q matches nothing", cfg.only)
	}
	order := rand.New(rand.NewPCG(cfg.seed, 0))
	done := results{}
	for round := range cfg.rounds + 1 {
		fmt.Fprintf(progress, "round %d of %d: %d programs\n", round, cfg.rounds, len(asked))
		for _, i := range order.Perm(len(asked)) {
			c, err := m.build(ctx, asked[i], round)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", asked[i], err)
			}
			if round > 0 {
				done[asked[i]] = append(done[asked[i]], c)
			}
		}
	}
	return done, nil
}
