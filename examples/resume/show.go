package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper/journal"
)

// show serves the page about a journal, of a run that is over or goes on, until Ctrl-C.
func show(path, addr string, out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return serve(ctx, path, addr, out)
}

func serve(ctx context.Context, path, addr string, out io.Writer) error {
	r, err := journal.Read(path)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	board := dashboard.New(dashboard.Options{Title: name, Journals: map[string]http.Handler{name: r}})
	defer board.Close()
	if _, err := fmt.Fprintf(out, "the page is on http://%s/journals/%s/\n", listener.Addr(), url.PathEscape(name)); err != nil {
		return errors.Join(err, listener.Close())
	}
	return board.Serve(ctx, listener)
}
