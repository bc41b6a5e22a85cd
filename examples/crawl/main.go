// Crawl walks through a web of twenty hosts, which the program makes on loopback:
//
//	go run ./examples/crawl
//	go run ./examples/crawl -pages 50 -per-host 4
//
// Each page has links to others, on its own host and elsewhere, and many lead to the same page. An attempt adds
// what it finds (mapper.Expanding), and what is known is dropped (Frontier.Unique), so that each page is
// fetched once. No host gets more than so many requests at the same time (Keyed): one is slow, and keeps nobody
// from the others. One answers 429 with Retry-After for a while: it is left alone that long (policy.Throttled), and
// no retry is used up. One now and then keeps a request waiting: a second one is sent beside it (Hedge), and what
// answers first counts.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// config is what the flags say.
type config struct {
	pages      int
	perHost    int
	containers int
	observer   supervisor.Observer
}

func main() {
	var c config
	flag.IntVar(&c.pages, "pages", 30, "`number` of pages of each host")
	flag.IntVar(&c.perHost, "per-host", 2, "how many requests a host gets at the same time")
	flag.IntVar(&c.containers, "containers", 32, "how many requests there are at the same time")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "crawl: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("crawl", func(ctx context.Context, o supervisor.Observer) error {
		c.observer = o
		return run(ctx, c, os.Stdout)
	})
}

// run is the whole program; main only adds the process around it.
func run(ctx context.Context, c config, out io.Writer) error {
	if c.pages < 1 || c.perHost < 1 {
		return fmt.Errorf("-pages %d -per-host %d: at least one of each", c.pages, c.perHost)
	}
	w := newWeb(c.pages)
	return w.serve(ctx, func(ctx context.Context) error {
		begin := time.Now()
		crawl := mapper.Expanding(w.visit, mapper.Frontier[page]{Unique: page.String}).
			Keyed(func(p page) string { return p.host }, mapper.KeyLimit{Concurrency: c.perHost})
		run, err := crawl.Start(ctx, func(yield func(page) bool) { yield(page{host: hostName(0)}) }, mapper.Options{
			Name: "crawl", Containers: c.containers, Unordered: true, ReturnExceptions: true, Observer: c.observer,
			Timeout: 5 * time.Second, Retries: policy.Retries{MaxRetries: 3, InitialDelay: 20 * time.Millisecond},
			Hedge: policy.Hedge{After: 150 * time.Millisecond, Budget: 0.2},
		})
		if err != nil {
			return err
		}
		slow, size := 0, 0
		var last time.Duration // of the hosts that are not slow
		for r := range run.All() {
			switch {
			case r.Err != nil:
				fmt.Fprintf(out, "  %s: %v\n", r.Input, r.Err)
				continue
			case w.isSlow(r.Input):
				slow++
			default:
				last = time.Since(begin)
			}
			size += r.Value
		}
		s := run.Stats()
		fmt.Fprintf(out, "%d pages of %d hosts, %d KiB, in %v; %d links led to a page that was known\n",
			s.Succeeded, hosts, size>>10, time.Since(begin).Round(10*time.Millisecond), s.Duplicates)
		fmt.Fprintf(out, "  the slow host had %d of them; the others were done after %v\n", slow, last.Round(10*time.Millisecond))
		fmt.Fprintf(out, "  %d requests refused, %d retries used up for it; at most %d at the same time to one host\n",
			s.Refused, s.Retries, w.most())
		fmt.Fprintf(out, "  %d second requests, %d of them answered first\n", s.Hedges, s.HedgesWon)
		return run.Wait()
	})
}
