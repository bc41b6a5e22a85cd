// Command soak looks for what no test thinks of: it plays rounds of random programs against
// the mapper, in real time, until its time is up or something is wrong.
//
//	go run -race ./internal/soak -for 10m
//	go run ./internal/soak -for 10m -kind processes
//
// A round is drawn from a seed (plan.go): one run by some door, or a deployed function and
// what is done to it, with everything that functions, readers, iterators, observers and
// operators may do wrong, and in worker processes with what kills those. A book (book.go)
// keeps what the attempts know. When the round is over, each input must have settled once, in
// order where that was asked for, with the right value or a failure that has a reason, with
// as many attempts as were begun, and nothing may be left: no goroutine, no descriptor, no
// process, no memory.
//
// What is found is printed with the command that plays the same round again, and the exit
// code is 1. The plan is the same then, the scheduler's doings are not: -again -rounds 20 plays it
// twenty times.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"time"

	"github.com/longshore-go/longshore/supervisor/process"
)

func main() {
	process.Main()
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each worker sleeps a second at its end, under the race detector
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

type config struct {
	time    time.Duration
	seed    uint64
	rounds  int // 0: as many as there is time for
	again   bool
	kinds   []bool // processes or not, by turns
	verbose bool
	limit   time.Duration
}

func parse(args []string, usage io.Writer) (config, error) {
	var cfg config
	var kind string
	fs := flag.NewFlagSet("soak", flag.ContinueOnError)
	fs.SetOutput(usage)
	fs.DurationVar(&cfg.time, "for", time.Minute, "how long")
	fs.Uint64Var(&cfg.seed, "seed", uint64(time.Now().UnixNano()), "of the first round; that of each further one is derived from it")
	fs.IntVar(&cfg.rounds, "rounds", 0, "end after so many rounds; 0: when the time is up")
	fs.BoolVar(&cfg.again, "again", false, "play the first round again and again")
	fs.StringVar(&kind, "kind", "all", "goroutines, processes, or all")
	fs.BoolVar(&cfg.verbose, "v", false, "print each plan")
	fs.DurationVar(&cfg.limit, "hang", time.Minute, "how long a round may go without settling an input")
	if err := fs.Parse(args); err != nil {
		return cfg, err
	}
	switch kind {
	case "goroutines":
		cfg.kinds = []bool{false}
	case "processes":
		cfg.kinds = []bool{true}
	case "all":
		cfg.kinds = []bool{false, false, false, true}
	default:
		return cfg, fmt.Errorf("-kind %q: goroutines, processes, or all", kind)
	}
	if !haveWorkers && kind == "processes" {
		return cfg, fmt.Errorf("-kind processes: only on Linux")
	} else if !haveWorkers {
		cfg.kinds = []bool{false}
	}
	return cfg, nil
}

func run(ctx context.Context, args []string, out io.Writer) error {
	cfg, err := parse(args, out)
	if err != nil {
		return err
	}
	debug.SetTraceback("all")
	return newSession(cfg, out).run(ctx)
}
