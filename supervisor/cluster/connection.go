package cluster

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// validLink refuses what cannot be safe.
func validLink(url string, cfg *tls.Config, mayBeEmpty bool) error {
	if cfg != nil && cfg.MaxVersion != 0 && cfg.MaxVersion < tls.VersionTLS13 {
		return invalid("TLS", tls.VersionName(cfg.MaxVersion), "must not exclude TLS 1.3")
	}
	return validURL(url, cfg != nil, mayBeEmpty)
}

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
	inside           *server.Server      // in this process, instead of a URL
	back             func()              // called when a connection that was gone is back; nil: nobody wants to know
	refused          func(*RefusedError) // called when what is connected is refused after all; nil: nobody wants to know
	once             *atomic.Bool        // it was connected; of newLink
}

func newLink(url, creds string, cfg *tls.Config, name string) link {
	return link{url: url, creds: creds, tls: cfg, name: name, once: new(atomic.Bool)}
}

// dial connects, and never gives up afterwards: whoever calls it sees by silence that nobody is there. A server that is not
// there yet is waited for; one that refuses, or is refused, is a *RefusedError, at once or by link.refused.
func (l link) dial() (*nats.Conn, error) {
	opts, err := l.options()
	if err != nil {
		return nil, err
	}
	nc, err := nats.Connect(l.url, opts...)
	if err == nil {
		return nc, nil
	}
	if refused := l.refusal(err); refused != nil {
		return nil, refused
	}
	if nc, err = nats.Connect(l.url, append(opts, nats.RetryOnFailedConnect(true))...); err != nil {
		return nil, fmt.Errorf("cluster: cannot connect: %w", err)
	}
	return nc, nil
}

func (l link) options() ([]nats.Option, error) {
	refuse := func(err error) {
		if refused := l.refusal(err); refused != nil && l.refused != nil {
			l.refused(refused)
		}
	}
	opts := []nats.Option{
		nats.Name(l.name), nats.MaxReconnects(-1), nats.IgnoreDiscoveredServers(),
		nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, 2*reconnectWait),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(2), nats.Timeout(pingEvery),
		nats.ConnectHandler(func(*nats.Conn) { l.once.Store(true) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrPermissionViolation) {
				refuse(err)
			} // what is lost is asked for again
		}),
		nats.ClosedHandler(func(nc *nats.Conn) { refuse(nc.LastError()) }), // the server has refused the user twice
	}
	if l.back != nil {
		opts = append(opts, nats.ReconnectHandler(func(*nats.Conn) { l.back() }))
	}
	if l.creds != "" {
		user, err := credentials(l.creds)
		if err != nil {
			return nil, err
		}
		opts = append(opts, user)
	}
	if l.tls != nil || strings.Contains(l.url, "tls://") {
		cfg := &tls.Config{}
		if l.tls != nil {
			cfg = l.tls.Clone()
		}
		cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS13)
		opts = append(opts, nats.Secure(cfg))
	}
	if l.inside != nil {
		opts = append(opts, nats.InProcessServer(l.inside))
	}
	return opts, nil
}

// stuck tells link.refused where a connection that never was cannot be: the library tries again whatever the reason. Of one
// that was, the server had a good certificate, and may have one again.
func (l link) stuck(nc *nats.Conn) {
	if l.once.Load() || nc.IsConnected() {
		return
	}
	if refused := l.refusal(nc.LastError()); refused != nil {
		l.refused(refused)
	}
}

// settle sends nothing to subjects that nobody hears, waits until the server has seen that and all before it, and returns
// the *RefusedError if it does not allow it: what is not allowed is known before anything begins. Where nobody is
// connected, link.refused tells of it later.
func (l link) settle(nc *nats.Conn, subjects ...string) error {
	for _, subject := range subjects {
		_ = nc.Publish(subject, nil)
	}
	if !nc.IsConnected() || nc.FlushTimeout(pingEvery) != nil {
		return nil
	}
	if refused := l.refusal(nc.LastError()); refused != nil {
		return refused
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
