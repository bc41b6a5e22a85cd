// Serve puts a deployed function behind HTTP on a loopback port, under load from clients
// of its own, and breaks it for a while:
//
//	go run ./examples/serve
//	go run ./examples/serve -for 1m -clients 100
//
// The function looks rows up in a model file, which each of its containers opens when it
// starts. In the second quarter of the time the file is empty: containers that have it
// open panic, and no other can start. Clients see how the endpoint tells one trouble from
// another: 429 where there are more calls than it accepts, 504 for rows that take too long,
// and, while the function crash-loops, 503 with
// the cause and the time to come back. When the file is whole again, so is the service.
//
// Ctrl-C drains: what is under way is answered first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// config is what the flags say.
type config struct {
	duration time.Duration
	clients  int
	observer supervisor.Observer
}

func main() {
	var c config
	flag.DurationVar(&c.duration, "for", 24*time.Second, "how long to serve")
	flag.IntVar(&c.clients, "clients", 32, "how many clients ask at the same time")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "serve: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("serve", func(ctx context.Context, o supervisor.Observer) error {
		c.observer = o
		return run(ctx, c, os.Stdout)
	})
}

// run is the whole program; main only adds the process around it.
func run(ctx context.Context, c config, w io.Writer) error {
	switch {
	case c.duration <= 0:
		return fmt.Errorf("-for %v: must be positive", c.duration)
	case c.clients < 1:
		return fmt.Errorf("-clients %d: must be at least 1", c.clients)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// A connection for each client: the default keeps two, and makes the rest anew.
	return serve(ctx, c, listener, &http.Transport{MaxIdleConnsPerHost: c.clients}, w)
}

// serve deploys the function, serves it until the load is over, and drains it.
func serve(ctx context.Context, c config, listener net.Listener, transport *http.Transport, w io.Writer) error {
	defer listener.Close()
	dir, err := os.MkdirTemp("", "serve")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m := model(filepath.Join(dir, "model"))
	if err := m.write(); err != nil {
		return err
	}
	f, server, err := deploy(ctx, m, c.observer)
	if err != nil {
		return err
	}
	var background errgroup.Group
	background.Go(func() error {
		if err := server.Serve(listener); err != http.ErrServerClosed {
			return err
		}
		return nil
	})

	fmt.Fprintf(w, "serving %d clients on http://%s for %v\n", c.clients, listener.Addr(), c.duration)
	t := &tally{began: time.Now(), w: w}
	load, cancel := context.WithTimeout(ctx, c.duration)
	defer cancel()
	background.Go(func() error { return m.breakFor(load, c.duration/4, t) })
	loaded, over := context.WithCancel(context.WithoutCancel(ctx)) // after Ctrl-C the last answers come in
	defer over()
	background.Go(func() error {
		t.watch(loaded, f)
		return nil
	})
	c.load(load, "http://"+listener.Addr().String(), transport, t)
	over()

	err = errors.Join(drain(f, server), background.Wait())
	t.print(f.Stats())
	return errors.Join(err, t.check())
}

// deploy makes the function and a server for it. The function does not live in ctx, or
// Ctrl-C would cancel the calls that are under way: it is drain that ends it.
func deploy(ctx context.Context, m model, o supervisor.Observer) (*mapper.Function[question, reply], *http.Server, error) {
	f, err := mapper.Deploy(context.WithoutCancel(ctx), mapper.WithState(m.open, look, closeFile), mapper.Options{
		Name:        "look",
		Containers:  16, // at most; there are as many as the calls take
		MaxInputs:   8,  // in each: ReadAt may be called concurrently
		Outstanding: 24,
		Timeout:     250 * time.Millisecond,
		Observer:    o,
		// The fault lasts for seconds, so this function tries again sooner than the default.
		Crashes: policy.Deployed{
			InitialDelay: 250 * time.Millisecond, MaxDelay: 2 * time.Second,
			GateInitialDelay: 500 * time.Millisecond, GateMaxDelay: 2 * time.Second,
		},
	})
	if err != nil {
		return nil, nil, err
	}
	h, err := endpoint.New(f, endpoint.Options{MaxBody: 1 << 10, Timeout: 2 * time.Second, HideErrors: true})
	if err != nil {
		return nil, nil, errors.Join(err, f.Stop(ctx))
	}
	// The endpoint limits the call; who sends or reads too slowly is the server's business.
	// A connection may rest for longer than clients are told to wait: one that is closed as its client comes back costs
	// that client its answer.
	return f, &http.Server{
		Handler: h, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}, nil
}

// drain ends server and function in order: no new connections, answers to what is under way,
// no more calls, exits of the containers.
func drain(f *mapper.Function[question, reply], server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(server.Shutdown(ctx), f.Stop(ctx))
}
