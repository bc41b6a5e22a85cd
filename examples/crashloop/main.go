// Crashloop runs a function whose containers panic, under both policies:
//
//	go run ./examples/crashloop
//	go run ./examples/crashloop -mode deployed -heal-after 12s
//
// The function prices orders with exchange rates that are not loaded yet, so it
// dereferences nil, and every container that runs it dies, until the rates arrive.
//
// An ephemeral run (policy.Ephemeral, the default) tries one input after the other, from
// anywhere in the order, pauses after each 32 of them, and gives up when 96 have crashed
// and none has finished: it shows the *supervisor.CutoffError with the last crash and its
// stack, and what each pending input got. A deployed function (policy.Deployed) never gives
// up: it shows how restarts slow down in a crash loop, and that the inputs are done in
// the end once the fault has gone away. With few inputs (-inputs 4) neither comes to a
// verdict on the function: each input fails by itself, after as many crashes as it may have.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// config is what the flags say.
type config struct {
	mode       string
	containers int
	inputs     int
	healAfter  time.Duration
	observer   supervisor.Observer // besides what is printed
}

func main() {
	var c config
	flag.StringVar(&c.mode, "mode", "ephemeral", "what crashes lead to: ephemeral or deployed")
	flag.IntVar(&c.containers, "containers", 4, "how many containers")
	flag.IntVar(&c.inputs, "inputs", 200, "how many inputs")
	flag.DurationVar(&c.healAfter, "heal-after", 12*time.Second, "when the fault goes away; 0 means there is none")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "crashloop: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("crashloop", func(ctx context.Context, o supervisor.Observer) error {
		c.observer = o
		return run(ctx, c, os.Stdout)
	})
}

// options are those of the run in a mode.
func (c config) options() (mapper.Options, error) {
	opts := mapper.Options{Name: "price", Containers: c.containers, ReturnExceptions: true}
	switch c.mode {
	case "ephemeral":
		opts.Crashes = policy.Ephemeral{}
	case "deployed":
		opts.Crashes = policy.Deployed{}
		// An input fails as poison after CrashLimit crashes, which is right for inputs that
		// are to blame. In an outage none is: that is why crashes are charged to no input
		// while the function is crash-looping. After 8 of them an input fails all the same,
		// so that every run ends; a higher CrashLimit means more.
	default:
		return opts, fmt.Errorf("-mode %q: must be ephemeral or deployed", c.mode)
	}
	return opts, nil
}

// run is the whole program; main only adds the process around it. A cutoff is what the
// ephemeral mode is there to show, and no error.
func run(ctx context.Context, c config, w io.Writer) error {
	opts, err := c.options()
	switch {
	case err != nil:
		return err
	case c.inputs < 1:
		return fmt.Errorf("-inputs %d: must be at least 1", c.inputs)
	case c.healAfter < 0:
		return fmt.Errorf("-heal-after %v: must not be negative", c.healAfter)
	}
	events := newJournal(w)
	opts.Observer = supervisor.Observers{events, c.observer}

	var ex exchange
	if c.healAfter == 0 {
		ex.load()
	} else {
		heal := time.AfterFunc(c.healAfter, func() {
			events.say("the fault goes away")
			ex.load()
		})
		defer heal.Stop()
	}

	run, err := mapper.Start(ctx, ex.price, numbers(c.inputs), opts)
	if err != nil {
		return err
	}
	out := outcome{inputs: c.inputs, got: map[string]int{}}
	for r := range run.All() {
		out.got[kind(r.Err)]++
		out.most = max(out.most, r.Attempts)
	}
	out.ended, out.stats = run.Wait(), run.Stats()
	events.print(out)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// exchange knows the rates, once they are loaded.
type exchange struct{ rates atomic.Pointer[rates] }

type rates struct{ euro float64 }

func (ex *exchange) load() { ex.rates.Store(&rates{euro: 1.25}) }

// price is the function that runs in the containers.
func (ex *exchange) price(ctx context.Context, order int) (float64, error) {
	select {
	case <-time.After(50 * time.Millisecond): // stands for the work
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	return float64(order) * ex.rates.Load().euro, nil // nil while nothing is loaded
}

// numbers yields n orders.
func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// kind is what an input got, in a word. A cutoff unwraps to the last crash, so it is
// asked for first.
func kind(err error) string {
	switch {
	case err == nil:
		return "a price"
	case errors.Is(err, supervisor.ErrCutoff):
		return "*supervisor.CutoffError: the run gave up before it was done"
	case errors.Is(err, context.Canceled):
		return "context.Canceled: interrupted"
	}
	if _, ok := errors.AsType[*supervisor.CrashError](err); ok {
		return "*supervisor.CrashError: it crashed as often as it may"
	}
	return err.Error()
}

// outcome is what came of the run.
type outcome struct {
	inputs int
	got    map[string]int // inputs, by kind
	most   int            // attempts of one input
	ended  error
	stats  mapper.Stats
}

func (o outcome) String() string {
	var b strings.Builder
	if cutoff, ok := errors.AsType[*supervisor.CutoffError](o.ended); ok {
		fmt.Fprintf(&b, "\nthe run was cut off\n")
		fmt.Fprintf(&b, "  rule        %s\n", cutoff.Rule)
		fmt.Fprintf(&b, "  tried       %d different inputs, with %d pauses\n", cutoff.Inputs, cutoff.Pauses)
		fmt.Fprintf(&b, "  crashes     %d since %s\n", cutoff.Crashes, cutoff.Since.Format(time.TimeOnly))
		fmt.Fprintf(&b, "  last crash  %v\n%s", cutoff.Last, top(cutoff.Last.Stack))
	}
	fmt.Fprintf(&b, "\nwhat the %d inputs got\n", o.inputs)
	mostFirst := func(a, b string) int { return cmp.Or(o.got[b]-o.got[a], strings.Compare(a, b)) }
	for _, what := range slices.SortedFunc(maps.Keys(o.got), mostFirst) {
		fmt.Fprintf(&b, "  %4d  %s\n", o.got[what], what)
	}
	pool := o.stats.Pool
	fmt.Fprintf(&b, "%d containers started, %d crashed; at most %d attempts at one input\n", pool.Starts, pool.Crashes, o.most)
	if n := o.stats.Dropped; n > 0 {
		fmt.Fprintf(&b, "%d events were dropped: the observer was too slow for them\n", n)
	}
	return b.String()
}

// top is the innermost two calls of a stack, each of two lines.
func top(stack string) string {
	lines := strings.SplitAfter(stack, "\n")
	return "    " + strings.Join(lines[:min(4, len(lines))], "    ")
}
