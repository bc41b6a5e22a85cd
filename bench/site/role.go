//go:build unix

package site

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/supervisor/cluster"
)

// variable makes another process of a program.
const variable = "LONGSHORE_BENCH_SITE"

// role is what such a process is.
type role struct {
	Server string   // its name: a server, which prints its address
	Port   int      // 0: any
	Routes []string // of the cluster that it belongs to; its own is the first. None: it is alone
	Store  string   // where it keeps journals; empty: nowhere

	URL      string // of the servers: workers
	Machines int
	Slots    int
}

// Become is what this process is instead, if it is something else.
func Become() func(context.Context) error {
	text := os.Getenv(variable)
	if text == "" {
		return nil
	}
	return func(ctx context.Context) error {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
		var r role
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return err
		}
		if r.Server != "" {
			return r.serve(ctx)
		}
		return r.work(ctx)
	}
}

// Exit is the rest of a process that is something else: it is that until it is interrupted, and ends.
func Exit(as func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := as(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Echo is where each process with workers says the request again: what a round trip takes that is nothing else.
const Echo = "longshore.bench.echo"

// work is so many machines.
func (r role) work(ctx context.Context) error {
	nc, err := nats.Connect(r.URL, nats.RetryOnFailedConnect(true)) // as its machines do
	if err != nil {
		return err
	}
	defer nc.Close()
	if _, err := nc.QueueSubscribe(Echo, "one", func(m *nats.Msg) { _ = m.Respond(m.Data) }); err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	for range r.Machines {
		all.Go(func() error { return cluster.Serve(ctx, cluster.WorkerOptions{URL: r.URL, Slots: r.Slots}) })
	}
	return all.Wait()
}

// serve is one server.
func (r role) serve(ctx context.Context) error {
	opts := &server.Options{
		Host: "127.0.0.1", Port: cmp.Or(r.Port, server.RANDOM_PORT), NoSigs: true, NoLog: true, ServerName: r.Server,
		JetStream: r.Store != "", StoreDir: r.Store,
	}
	if len(r.Routes) > 0 {
		if err := r.join(opts); err != nil {
			return err
		}
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return err
	}
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	if !s.ReadyForConnections(Patience) {
		return errors.New("the server does not start")
	}
	fmt.Println(s.ClientURL())
	<-ctx.Done()
	return nil
}

// alone is the role of a server that can be killed and started again: it is found where it was.
func alone(folder string) (role, error) {
	at, err := freeURL()
	if err != nil {
		return role{}, err
	}
	u, err := url.Parse(at)
	if err != nil {
		return role{}, err
	}
	port, err := strconv.Atoi(u.Port())
	return role{Server: "server1", Port: port, Store: filepath.Join(folder, "server1")}, err
}

// members are the roles of servers that keep journals together.
func members(n int, folder string) ([]role, error) {
	var urls []string
	for range n {
		url, err := freeURL()
		if err != nil {
			return nil, err
		}
		urls = append(urls, url)
	}
	roles := make([]role, n)
	for i := range roles {
		name := fmt.Sprint("server", i+1)
		roles[i] = role{Server: name, Store: filepath.Join(folder, name), Routes: append([]string{urls[i]}, urls...)}
	}
	return roles, nil
}
