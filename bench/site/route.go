//go:build unix

package site

import (
	"net"
	"net/url"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
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
	opts.JetStream, opts.StoreDir = true, r.Store
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
