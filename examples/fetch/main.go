// Fetch gets many URLs from a server that misbehaves, which it starts itself on
// loopback:
//
//	go run ./examples/fetch
//	go run ./examples/fetch -n 1000 -containers 100 -seed 7
//
// The server answers 503 with a Retry-After header, hangs, resets connections and
// lacks pages, on a schedule that follows from the seed. It shows Timeout against the
// hanging, Retries with a growing, jittered delay against the resets,
// policy.RetryAfter where the server itself says when to come back, policy.Permanent
// where coming back is no use, and ReturnExceptions, so that the URLs that fail in the
// end fail alone.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

func main() {
	opts := mapper.Options{
		Name: "fetch",
		// The jitter keeps URLs that failed together from coming back together.
		Retries:          policy.Retries{MaxRetries: 3, InitialDelay: 50 * time.Millisecond, Jitter: 0.5},
		ReturnExceptions: true,
	}
	n := flag.Int("n", 200, "`number` of URLs")
	seed := flag.Uint64("seed", 1, "what the server's behaviour follows from")
	flag.IntVar(&opts.Containers, "containers", 32, "how many requests at the same time")
	flag.DurationVar(&opts.Timeout, "timeout", 500*time.Millisecond, "longest time for one attempt")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "fetch: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("fetch", func(ctx context.Context, o supervisor.Observer) error {
		opts.Observer = o
		return run(ctx, *n, *seed, opts, os.Stdout)
	})
}

// run is the whole program; main only adds the process around it. URLs that fail are
// part of its report, and no error.
func run(ctx context.Context, n int, seed uint64, opts mapper.Options, w io.Writer) error {
	switch {
	case n < 1:
		return fmt.Errorf("-n %d: must be at least 1", n)
	case opts.Timeout == 0:
		return errors.New("-timeout 0: the server hangs on purpose, so there must be a limit")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: flaky{seed}}
	var background errgroup.Group
	background.Go(func() error { return server.Serve(listener) })
	defer func() {
		_ = server.Close()
		_ = background.Wait() // that it is closed
	}()

	// A connection for each container: the default keeps two, and makes the rest anew.
	c := client{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: opts.Containers}}}
	defer c.http.CloseIdleConnections()
	urls := make([]string, n)
	for i := range urls {
		urls[i] = fmt.Sprintf("http://%s/%d", listener.Addr(), i)
	}
	fmt.Fprintf(w, "getting %d URLs from %s, seed %d\n", n, listener.Addr(), seed)
	t, err := fetchAll(ctx, c, urls, opts)
	if err != nil {
		return err
	}
	fmt.Fprint(w, t)
	return t.check(n)
}

// fetchAll gets all the URLs and says what came of them.
func fetchAll(ctx context.Context, c client, urls []string, opts mapper.Options) (*table, error) {
	began := time.Now()
	t := &table{settled: make([]int, len(urls)), failed: map[string]int{}}
	for r := range mapper.Map(ctx, c.get, urls, opts) {
		if r.Index < 0 {
			return nil, r.Err // the options were refused
		}
		t.settled[r.Index]++
		t.attempts += r.Attempts
		switch {
		case r.Err != nil:
			t.failed[cause(r.Err)]++
		case r.Attempts == 1:
			t.atOnce++
		default:
			t.later++
		}
	}
	t.took = time.Since(began)
	return t, nil
}

// cause is why a URL failed, as one of a few kinds.
func cause(err error) string {
	if status, ok := errors.AsType[*statusError](err); ok {
		return status.Error()
	}
	switch {
	case errors.Is(err, mapper.ErrTimeout):
		return "timed out"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	default:
		return "connection lost"
	}
}

// table is what came of the URLs.
type table struct {
	settled  []int // how often, by URL
	atOnce   int
	later    int
	failed   map[string]int // by cause
	attempts int
	took     time.Duration
}

func (t *table) String() string {
	var b strings.Builder
	line := func(what string, n int) { fmt.Fprintf(&b, "%6d  %s\n", n, what) }
	line("ok at the first attempt", t.atOnce)
	line("ok after retries", t.later)
	mostFirst := func(a, b string) int { return cmp.Or(t.failed[b]-t.failed[a], strings.Compare(a, b)) }
	for _, why := range slices.SortedFunc(maps.Keys(t.failed), mostFirst) {
		line("failed: "+why, t.failed[why])
	}
	fmt.Fprintf(&b, "%6d  URLs, %d attempts, %v\n", len(t.settled), t.attempts, t.took.Round(time.Millisecond))
	return b.String()
}

// check is the promise of the library, kept: whatever happened to a URL, it is
// settled, and once.
func (t *table) check(n int) error {
	for i, times := range t.settled {
		if times != 1 {
			return fmt.Errorf("URL %d was settled %d times", i, times)
		}
	}
	sum := t.atOnce + t.later
	for _, failed := range t.failed {
		sum += failed
	}
	if sum != n {
		return fmt.Errorf("%d of %d URLs in the table", sum, n)
	}
	return nil
}
