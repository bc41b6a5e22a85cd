package cluster

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// validURL refuses a server that would be talked to in plain text over a network.
func validURL(list string, encrypted, mayBeEmpty bool) error {
	if list == "" {
		if mayBeEmpty {
			return nil
		}
		return invalid("URL", list, "is missing: a worker has a server")
	}
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if !strings.Contains(one, "://") {
			one = "nats://" + one
		}
		u, err := url.Parse(one)
		if err != nil {
			return invalid("URL", "(hidden)", "is none") // it may have a password
		}
		switch {
		case u.Scheme != "nats" && u.Scheme != "tls":
			return invalid("URL", u.Redacted(), "must begin with tls:// or nats://")
		case u.Hostname() == "":
			return invalid("URL", u.Redacted(), "has no host")
		case u.Scheme == "nats" && !encrypted && !isLoopback(u.Hostname()):
			return invalid("URL", u.Redacted(), "must be tls:// off loopback: whoever listens or answers there could run this program")
		}
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// How fast a connection that is gone is tried again, and found to be gone.
const (
	reconnectWait = 50 * time.Millisecond
	pingEvery     = 2 * time.Second
	pendingBytes  = 1 << 30 // of frames that have come and were not looked at: what is above is lost, and asked for again
)

// link is how to come to a server.
type link struct {
	url, creds, name string
	tls              *tls.Config
	inside           *server.Server // in this process, instead of a URL
	back             func()         // called when a connection that was gone is back
}

// dial connects, and never gives up afterwards: whoever calls it sees by silence that nobody is there.
func (l link) dial() (*nats.Conn, error) {
	opts := []nats.Option{
		nats.Name(l.name), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true), nats.IgnoreDiscoveredServers(),
		nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, 2*reconnectWait),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(2), nats.Timeout(pingEvery),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // what is lost is asked for again
	}
	if l.back != nil {
		opts = append(opts, nats.ReconnectHandler(func(*nats.Conn) { l.back() }))
	}
	if l.creds != "" {
		if err := private(l.creds); err != nil {
			return nil, err
		}
		opts = append(opts, nats.UserCredentials(l.creds))
	}
	if l.tls != nil {
		cfg := l.tls.Clone()
		cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS13)
		opts = append(opts, nats.Secure(cfg))
	}
	if l.inside != nil {
		opts = append(opts, nats.InProcessServer(l.inside))
	}
	nc, err := nats.Connect(l.url, opts...)
	if err != nil {
		return nil, fmt.Errorf("cluster: cannot connect: %w", err)
	}
	return nc, nil
}

// private refuses a file that others may read.
func private(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("cluster: the credentials cannot be read: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return invalid("Creds", name, "is a file that others may read: want mode 0600")
	}
	return nil
}

// subscribe has each handler called with the messages of its subject, one at a time.
func subscribe(nc *nats.Conn, handlers map[string]nats.MsgHandler) error {
	for subject, handle := range handlers {
		sub, err := nc.Subscribe(subject, handle)
		if err == nil {
			err = sub.SetPendingLimits(-1, pendingBytes)
		}
		if err != nil {
			return fmt.Errorf("cluster: cannot subscribe: %w", err)
		}
	}
	return nil
}
