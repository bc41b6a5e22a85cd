// Package watch gives an example its flag -dashboard, what the program does can be watched in a browser, and the end of its
// main function.
package watch

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/supervisor"
)

// Watch is where the flag says. The zero value is nowhere.
type Watch struct{ Addr string }

// Flag adds -dashboard to the flags of the program.
func Flag() *Watch {
	p := &Watch{}
	flag.StringVar(&p.Addr, "dashboard", "", "serve a page about it at this loopback `address`, 127.0.0.1:7070 or so, also after the end, until Ctrl-C")
	return p
}

// Main is what the main functions of examples have in common: it does something until Ctrl-C, shown as the flag says, and ends
// the program with 1 where that fails. A second Ctrl-C kills, as it does everywhere.
func (p *Watch) Main(name string, do func(context.Context, supervisor.Observer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := p.Show(ctx, name, os.Stdout, do)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Show does something with the dashboard as its observer, nil if there is none. When that is done, it waits for the end
// of ctx, so that the page can be looked at.
func (p *Watch) Show(ctx context.Context, title string, w io.Writer, do func(context.Context, supervisor.Observer) error) error {
	if p.Addr == "" {
		return do(ctx, nil)
	}
	listener, err := net.Listen("tcp", p.Addr)
	if err != nil {
		return err
	}
	board := dashboard.New(dashboard.Options{Title: title, Describe: func(input any) string { return fmt.Sprintf("%+v", input) }})
	defer board.Close()
	fmt.Fprintf(w, "the page is on http://%s\n", listener.Addr())
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return board.Serve(ctx, listener) })
	both.Go(func() error {
		if err := do(ctx, board); err != nil {
			return err
		}
		fmt.Fprintln(w, "it is over; the page stays until Ctrl-C")
		<-ctx.Done()
		return nil
	})
	return both.Wait()
}
