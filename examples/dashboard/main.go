// Dashboard shows a deployed function that is in trouble now and then, on a page on a
// loopback port:
//
//	go run ./examples/dashboard
//	go run ./examples/dashboard -fault-every 20s -fault-for 15s
//	go run ./examples/dashboard -runtime process
//
// The function fetches quotes from an exchange, which is a server in this program: some
// symbols it does not know, some it refuses for a while, and some answers crash the function,
// which has a bug. Now and then the exchange is down: then containers lose their session and
// crash, and new ones cannot log in. The function crash-loops, its starts are slowed, and the
// page says why, since when and what happens next. When the exchange is back, so is the
// function. Calls come all the time, and batches beside them.
//
// With -runtime process the containers are worker processes, and the page shows their memory
// and what they print as well. Ctrl-C ends it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

// config is what the flags say.
type config struct {
	duration   time.Duration
	faultEvery time.Duration
	faultFor   time.Duration
	addr       string
	runtime    string
	rate       int
}

func main() {
	process.Main()
	var c config
	flag.DurationVar(&c.duration, "for", 0, "how long to go on; 0 means until Ctrl-C")
	flag.DurationVar(&c.faultEvery, "fault-every", time.Minute, "how often the exchange goes down")
	flag.DurationVar(&c.faultFor, "fault-for", 20*time.Second, "how long it is down")
	flag.StringVar(&c.addr, "dashboard", "127.0.0.1:0", "where to serve the page")
	flag.StringVar(&c.runtime, "runtime", "goroutine", "what containers are: goroutine or process")
	flag.IntVar(&c.rate, "rate", 40, "calls a second")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "dashboard: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills, as it does everywhere
	err := run(ctx, c, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

// run is the whole program; main only adds the process around it.
func run(ctx context.Context, c config, w io.Writer) error {
	switch {
	case c.duration < 0:
		return fmt.Errorf("-for %v: must not be negative", c.duration)
	case c.faultFor <= 0 || c.faultEvery <= c.faultFor:
		return fmt.Errorf("-fault-every %v -fault-for %v: must be positive, and the first the longer", c.faultEvery, c.faultFor)
	case c.rate < 1:
		return fmt.Errorf("-rate %d: must be at least 1", c.rate)
	}
	if c.duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.duration)
		defer cancel()
	}
	ex, err := openExchange()
	if err != nil {
		return err
	}
	defer ex.close()
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return err
	}
	board := dashboard.New(dashboard.Options{
		Title: "Quotes", AllowActions: true,
		Describe: func(input any) string { return fmt.Sprint(input) },
	})
	defer board.Close()
	f, err := deploy(c, board)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	background, ctx := errgroup.WithContext(ctx) // a page that cannot be served ends the traffic
	background.Go(func() error { return board.Serve(ctx, listener) })
	background.Go(func() error {
		ex.breakNowAndThen(ctx, c.faultEvery, c.faultFor)
		return nil
	})
	fmt.Fprintf(w, "the page is on http://%s\n", listener.Addr())
	t := traffic(ctx, f, c.rate)
	fmt.Fprintln(w, t)
	// What is accepted would wait until the exchange is back; a second is enough for the rest.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := f.Stop(last); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(err, background.Wait())
	}
	return background.Wait()
}

// deploy makes the function. It does not live in the program's context, which ends the
// traffic: what is under way then may end as well.
func deploy(c config, board *dashboard.Dashboard) (*mapper.Function[order, quote], error) {
	opts := mapper.Options{
		Name:       "quotes",
		Containers: 8,
		Timeout:    2 * time.Second,
		Retries:    policy.Retries{MaxRetries: 2, InitialDelay: 500 * time.Millisecond},
		CrashLimit: 2,
		// The fault lasts for seconds, so this function tries again sooner than the default.
		Crashes:  policy.Deployed{GateInitialDelay: 3 * time.Second, GateMaxDelay: 15 * time.Second},
		Observer: board,
	}
	switch c.runtime {
	case "goroutine":
	case "process":
		opts.Runtime = process.New(process.Options{Memory: 256 << 20, Log: func(process.Line) {}})
	default:
		return nil, fmt.Errorf("-runtime %q: must be goroutine or process", c.runtime)
	}
	return mapper.Deploy(context.Background(), body, opts)
}
