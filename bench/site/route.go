//go:build unix

package site

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// freeURL is where nobody listens: the servers of a cluster have to know it of each other before they start.
func freeURL() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return "nats://" + l.Addr().String(), nil
}

// join has a server be one of a cluster.
func (r role) join(opts *server.Options) error {
	own, err := url.Parse(r.Routes[0])
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(own.Port())
	if err != nil {
		return err
	}
	opts.Cluster = server.ClusterOpts{Name: "site", Host: own.Hostname(), Port: port}
	for _, one := range r.Routes[1:] {
		u, err := url.Parse(one)
		if err != nil {
			return err
		}
		opts.Routes = append(opts.Routes, u)
	}
	return nil
}

// elected waits until so many servers keep a stream together.
func elected(ctx context.Context, urls string, servers int) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	nc, err := nats.Connect(urls)
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	trial := jetstream.StreamConfig{Name: "trial", Replicas: servers}
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		once, end := context.WithTimeout(ctx, 5*time.Second)
		_, err = js.CreateOrUpdateStream(once, trial)
		end()
		if err == nil {
			return js.DeleteStream(ctx, trial.Name)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the servers elect nobody: %w", err)
		}
	}
}
