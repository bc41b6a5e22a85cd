// Exec runs shell commands under limits, as GNU parallel does:
//
//	go run ./examples/exec
//	ls *.gz | go run ./examples/exec -jobs 4 -timeout 1m 'gunzip -c {} | wc -l'
//	go run ./examples/exec -jobs 8 - < commands.txt
//
// It takes a line of its standard input for each command: as the argument in a template, or, with -,
// as the command itself. Without any argument it shows some commands of its own. At most -jobs of
// them run at the same time, each for at most -timeout: then it is killed, with what it has
// started. What fails is tried again, -retries times. The outputs come in the order of the lines, each in
// one piece, with exit codes; they are read while the commands run, so that there may be any number of lines.
//
// A table of what has failed comes at the end, and the program exits with the number of them,
// 101 at most. With -halt the first failure ends everything.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"time"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

func main() {
	halt := flag.Bool("halt", false, "end everything with the first failure")
	opts := mapper.Options{Name: "exec", Retries: policy.Retries{InitialDelay: 200 * time.Millisecond}}
	flag.IntVar(&opts.Containers, "jobs", 0, "how many commands at the same time; 0 is as many as there are processors")
	flag.DurationVar(&opts.Timeout, "timeout", 2*time.Second, "longest time for one command; 0 is without end")
	flag.IntVar(&opts.Retries.MaxRetries, "retries", 1, "how often a command that fails is tried again")
	flag.BoolVar(&opts.Unordered, "unordered", false, "show what is done first, first")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 1 {
		fmt.Fprintf(os.Stderr, "exec: unexpected argument %q: put the template into quotes\n", flag.Arg(1))
		os.Exit(2)
	}
	opts.ReturnExceptions = !*halt

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills, as it does everywhere
	var t tally
	err := board.Show(ctx, "exec", os.Stdout, func(ctx context.Context, o supervisor.Observer) (err error) {
		opts.Observer = o
		t, err = program(ctx, flag.Args(), opts, os.Stdin, os.Stdout)
		return err
	})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "exec:", err)
		os.Exit(255)
	}
	if flag.NArg() > 0 { // what fails in the demonstration is meant to
		os.Exit(min(t.failed, 101))
	}
}

// program is all of it; main only adds the process around it.
func program(ctx context.Context, args []string, opts mapper.Options, in io.Reader, out io.Writer) (tally, error) {
	switch {
	case len(args) == 0:
		return demonstrate(ctx, opts, out)
	case args[0] == "-":
		return execute(ctx, linesOf(in), opts, out)
	default:
		return execute(ctx, filled(args[0], linesOf(in)), opts, out)
	}
}

// demonstrate executes commands that go wrong in several ways.
func demonstrate(ctx context.Context, opts mapper.Options, out io.Writer) (tally, error) {
	folder, err := os.MkdirTemp("", "exec")
	if err != nil {
		return tally{}, err
	}
	defer os.RemoveAll(folder)
	return execute(ctx, sample(folder), opts, out)
}

// execute runs the commands and shows what comes of each. Commands that fail are part of that, and no error.
func execute(ctx context.Context, lines iter.Seq2[string, error], opts mapper.Options, out io.Writer) (tally, error) {
	t := tally{began: time.Now()}
	run, err := mapper.Start(ctx, shell, mapper.Source(lines), opts)
	if err != nil {
		return t, err
	}
	for r := range run.All() {
		if r.Index >= 0 { // else there are no more lines because of an error, which Wait returns
			t.show(r, out)
		}
	}
	t.end(out)
	err = run.Wait()
	if _, ok := errors.AsType[*mapper.InputError](err); ok {
		err = nil // -halt, and it is shown
	}
	return t, err
}
