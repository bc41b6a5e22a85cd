// Pipeline has two stages, of which the first is the faster one:
//
//	go run ./examples/pipeline
//	go run ./examples/pipeline -pages 2000 -outstanding 8
//
// The first fetches pages from a server that the program starts on loopback, the second compresses
// them. Each is a run with containers of its own, and the results of the first are the inputs of the
// second: it pulls them, so that the first never has more than is outstanding in the two, however
// many pages there are.
//
// Then it does the same with a page that is missing. The first stage ends with that page, and the
// second is told (mapper.Source): it finishes what came before, and then ends with an error in which
// the first one's is found. So whoever reads the last stage alone learns what became of all of them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// config is what the flags say.
type config struct {
	pages, missing  int
	fetchers        int
	packers         int
	outstanding     int
	observer        supervisor.Observer
	longestForFetch time.Duration
}

func main() {
	var c config
	flag.IntVar(&c.pages, "pages", 200, "`number` of pages")
	flag.IntVar(&c.missing, "missing", 150, "the page that is missing the second time")
	flag.IntVar(&c.fetchers, "fetchers", 16, "how many pages are fetched at the same time")
	flag.IntVar(&c.packers, "packers", 2, "how many are compressed at the same time")
	flag.IntVar(&c.outstanding, "outstanding", 32, "how many pages each stage may have taken and not passed on")
	flag.DurationVar(&c.longestForFetch, "timeout", 5*time.Second, "longest time for one request")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "pipeline: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("pipeline", func(ctx context.Context, o supervisor.Observer) error {
		c.observer = o
		return run(ctx, c, os.Stdout)
	})
}

// run is the whole program; main only adds the process around it.
func run(ctx context.Context, c config, out io.Writer) error {
	if c.missing < 0 || c.missing >= c.pages {
		return fmt.Errorf("-pages %d -missing %d: one of the pages must be missing", c.pages, c.missing)
	}
	fmt.Fprintf(out, "%d pages of %d KiB through two stages\n", c.pages, pageSize>>10)
	if err := c.fetchAndPack(ctx, site{missing: -1}, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "again, and page %d is missing\n", c.missing)
	err := c.fetchAndPack(ctx, site{missing: c.missing}, out)
	if source, ok := errors.AsType[*mapper.SourceError](err); ok && ctx.Err() == nil {
		fmt.Fprintln(out, "  the second stage has ended with:", source)
		return nil
	}
	if err == nil {
		return errors.New("the missing page was not missed")
	}
	return err
}

// fetchAndPack has all the pages of a site pass through the two stages.
func (c config) fetchAndPack(ctx context.Context, s site, out io.Writer) error {
	return s.serve(ctx, func(ctx context.Context, url string) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // a stage that nobody reads any more ends too
		f := fetcher{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.fetchers}}, url, &between{}}
		defer f.http.CloseIdleConnections()

		fetched, err := mapper.Start(ctx, f.fetch, numbers(c.pages), mapper.Options{
			Name: "fetch", Containers: c.fetchers, Outstanding: c.outstanding, Observer: c.observer,
			Retries: policy.Retries{MaxRetries: 3, InitialDelay: 50 * time.Millisecond}, Timeout: c.longestForFetch,
			ReturnExceptions: true, // so that all pages before a missing one are passed on, see chain
		})
		if err != nil {
			return err
		}
		all, err := mapper.Start(ctx, f.pack, chain(fetched), mapper.Options{
			Name: "pack", Containers: c.packers, Outstanding: c.outstanding, Observer: c.observer,
		})
		if err != nil {
			fetched.Stop()
			return err
		}
		return c.report(f, all, out)
	})
}

// report reads the last stage, and says what came out of it.
func (c config) report(f fetcher, all *mapper.Run[page, packed], out io.Writer) error {
	began, n, before, after := time.Now(), 0, 0, 0
	for r := range all.All() {
		if r.Err != nil {
			continue // Wait says it
		}
		if r.Value.number != n {
			return fmt.Errorf("page %d where page %d was to come", r.Value.number, n)
		}
		n, before, after = n+1, before+r.Value.before, after+r.Value.after
	}
	most := int(f.between.most.Load())
	fmt.Fprintf(out, "  %d pages, %d KiB, packed into %d KiB in %v\n", n, before>>10, after>>10, time.Since(began).Round(time.Millisecond))
	fmt.Fprintf(out, "  %d of them at most were fetched and not packed yet\n", most)
	if limit := 2*c.outstanding + 1; c.outstanding > 0 && most > limit { // one is between the two
		return fmt.Errorf("%d pages between the stages, and %d is the limit", most, limit)
	}
	return all.Wait()
}

// numbers are those of the pages.
func numbers(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}
