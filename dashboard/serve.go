package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// DefaultAddr is where a dashboard is served unless something else is asked for.
const DefaultAddr = "127.0.0.1:7070"

// ListenAndServe serves the dashboard at an address, DefaultAddr if it is empty, until ctx
// ends; see [Dashboard.Serve], also for what it returns.
func (d *Dashboard) ListenAndServe(ctx context.Context, addr string) error {
	at, err := net.ResolveTCPAddr("tcp", cmp.Or(addr, DefaultAddr))
	if err != nil {
		return fmt.Errorf("dashboard: %w", err)
	}
	if err := d.checkAddr(at); err != nil {
		return err
	}
	l, err := net.ListenTCP("tcp", at)
	if err != nil {
		return fmt.Errorf("dashboard: %w", err)
	}
	return d.Serve(ctx, l)
}

// Serve serves the dashboard on a listener, which it closes, until ctx ends. Then it ends
// the pages that are followed, waits up to 5 s for other requests, and returns nil. It
// returns a *policy.InvalidError for an address that is not a loopback one, unless
// Options.AllowRemote is set, and the error of the listener if that fails.
func (d *Dashboard) Serve(ctx context.Context, l net.Listener) error {
	defer l.Close()
	if err := d.checkAddr(l.Addr()); err != nil {
		return err
	}
	serving, cancel := context.WithCancel(ctx) // requests, and with them streams, end with it
	defer cancel()
	server := &http.Server{
		Handler:           d.checkHost(l.Addr(), d),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return serving },
	}
	down := make(chan struct{})
	stay := context.AfterFunc(ctx, func() {
		defer close(down)
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if server.Shutdown(patience) != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(l)
	if stay() {
		return fmt.Errorf("dashboard: %w", err)
	}
	<-down
	return nil
}

// checkAddr refuses an address that others can reach, unless that is wanted.
func (d *Dashboard) checkAddr(addr net.Addr) error {
	at, tcp := addr.(*net.TCPAddr)
	if d.opts.AllowRemote || !tcp || at.IP.IsLoopback() {
		return nil
	}
	return &policy.InvalidError{
		Field: "addr", Value: addr.String(),
		Reason: "can be reached from elsewhere: use 127.0.0.1, or set Options.AllowRemote",
	}
}
