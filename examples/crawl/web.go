package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	hosts    = 20
	linksOf  = 6
	pageSize = 4 << 10
)

// The hosts that are not like the others.
const (
	slowHost   = 3 // takes its time
	busyHost   = 5 // refuses for a second
	moodyHost  = 7 // keeps a request waiting now and then
	slowAnswer = 60 * time.Millisecond
	answer     = 5 * time.Millisecond
	busyFor    = time.Second
	mood       = time.Second
)

// page is one of a host.
type page struct {
	host string
	nth  int
}

func (p page) String() string { return fmt.Sprintf("%s/%d", p.host, p.nth) }

func hostName(i int) string { return fmt.Sprintf("host%02d.example", i) }

// web is twenty hosts behind one listener: the requests say which of them they are for.
type web struct {
	pages  int
	url    string
	client *http.Client
	begin  time.Time
	asked  [hosts]atomic.Int64 // requests of each host

	mu    sync.Mutex
	under map[string]int // requests under way, by host
	peak  int            // of one host
}

func newWeb(pages int) *web {
	return &web{pages: pages, under: map[string]int{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// serve has the web be there while f runs.
func (w *web) serve(ctx context.Context, f func(context.Context) error) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.url, w.begin = "http://"+listener.Addr().String(), time.Now()
	server := &http.Server{Handler: w}
	var group errgroup.Group
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	err = f(ctx)
	w.client.CloseIdleConnections()
	return errors.Join(err, server.Close(), group.Wait())
}

// ServeHTTP is a page of a host.
func (w *web) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	var host, nth int
	if _, err := fmt.Sscanf(r.Host+r.URL.Path, "host%02d.example/%d", &host, &nth); err != nil || host >= hosts || nth >= w.pages {
		http.NotFound(out, r)
		return
	}
	asked := w.asked[host].Add(1)
	if host == busyHost && time.Since(w.begin) < busyFor {
		out.Header().Set("Retry-After", "1")
		http.Error(out, "too many requests", http.StatusTooManyRequests)
		return
	}
	if !wait(r.Context(), w.takes(host, asked)) {
		return
	}
	for _, link := range w.links(page{hostName(host), nth}) {
		fmt.Fprintln(out, link)
	}
	fmt.Fprintln(out, strings.Repeat(".", pageSize))
}

// takes is how long an answer does.
func (w *web) takes(host int, asked int64) time.Duration {
	switch {
	case host == slowHost:
		return slowAnswer
	case host == moodyHost && asked%7 == 3:
		return mood
	}
	return answer
}

// links is where a page leads to: to the next of its host, so that all are found, and to some elsewhere.
func (w *web) links(p page) (links []page) {
	links = append(links, page{p.host, (p.nth + 1) % w.pages})
	h := fnv.New32a()
	fmt.Fprint(h, p)
	for n := h.Sum32(); len(links) < linksOf; n = n*1664525 + 1013904223 {
		links = append(links, page{hostName(int(n>>8) % hosts), int(n>>16) % w.pages})
	}
	if p.nth == 0 && p.host == hostName(0) {
		for i := range hosts {
			links = append(links, page{hostName(i), 0})
		}
	}
	return links
}

func (w *web) isSlow(p page) bool { return p.host == hostName(slowHost) }

// ask counts a request to a host, and returns its end.
func (w *web) ask(host string) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.under[host]++
	w.peak = max(w.peak, w.under[host])
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.under[host]--
	}
}

// most is how many requests a host had at the same time.
func (w *web) most() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peak
}

// wait reports false where nobody waits for the answer any more.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// retryAfter is what a server says in seconds; zero where it does not say.
func retryAfter(r *http.Response) time.Duration {
	seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
	return time.Duration(seconds) * time.Second
}
