// Isolation parses Go source code in worker processes, among inputs that would take any
// program down with them:
//
//	go run ./examples/isolation
//	go run ./examples/isolation -memory 128 -timeout 1s -dirs .
//
// One eats memory, one calls os.Exit, one overflows the stack, one writes to a map from two
// goroutines, one loops for ever. No recover helps against any of these, and a goroutine
// cannot be killed. A process can: each fault ends its worker, costs its input the attempts
// that it may have, and is told with its kind, its reason and where it was. Every file
// gets parsed.
//
// It takes three lines: process.Register for the function, process.Main first in main,
// and a process.New in the options.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// config is what the flags say.
type config struct {
	in, dirs   string
	memory     int64 // MiB
	timeout    time.Duration
	containers int
	observer   supervisor.Observer
}

func main() {
	process.Main() // a worker stays in there

	var c config
	flag.StringVar(&c.in, "in", "", "`directory` of Go source code (default the src of your Go installation)")
	flag.StringVar(&c.dirs, "dirs", "encoding,go,net", "only these `directories` below it, separated by commas; . is everything")
	flag.Int64Var(&c.memory, "memory", 256, "how much memory a worker may use, in `MiB`")
	flag.DurationVar(&c.timeout, "timeout", 2*time.Second, "longest time for one input")
	flag.IntVar(&c.containers, "containers", 0, "how many workers (default one for each CPU)")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "isolation: unexpected argument %q; directories go to -in and -dirs\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("isolation", func(ctx context.Context, o supervisor.Observer) error {
		c.observer = o
		return run(ctx, c, os.Stdout)
	})
}

// options are where the work runs, and what one input may cost.
func (c config) options() mapper.Options {
	return mapper.Options{
		Name:             "isolation",
		Containers:       c.containers,
		Timeout:          c.timeout,
		Grace:            100 * time.Millisecond, // then its worker is killed
		Retries:          policy.Retries{MaxRetries: 1, InitialDelay: time.Millisecond},
		CrashLimit:       2,
		ReturnExceptions: true,
		Observer:         c.observer,
		Runtime: process.New(process.Options{
			Memory: c.memory << 20,
			Log:    func(process.Line) {}, // the stacks that the dying print: the report has them
		}),
	}
}

// run is the whole program; main only adds the process around it. Inputs that fail are
// what it is there to show, and no error.
func run(ctx context.Context, c config, w io.Writer) error {
	in, err := inputDir(ctx, c.in)
	if err != nil {
		return err
	}
	tasks, err := find(in, strings.Split(c.dirs, ","))
	if err != nil {
		return err
	}
	if len(tasks) == 0 {
		return fmt.Errorf("no Go file in %s of %s", c.dirs, in)
	}
	run, err := mapper.Start(ctx, inspect, slices.Values(withFaults(tasks)), c.options())
	if err != nil {
		return err
	}
	rep := report{files: len(tasks), began: time.Now()}
	for r := range run.All() {
		rep.add(r)
	}
	if err := run.Wait(); err != nil {
		return err
	}
	rep.print(w, run.Stats())
	return nil
}

// inputDir is the directory to read.
func inputDir(ctx context.Context, dir string) (string, error) {
	if dir == "" {
		goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if err != nil {
			return "", fmt.Errorf("cannot find Go's own source code, name a directory with -in: go env GOROOT: %w", err)
		}
		dir = filepath.Join(strings.TrimSpace(string(goroot)), "src")
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New(dir + " is not a directory")
	}
	return dir, err
}
