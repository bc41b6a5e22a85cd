package main

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// site serves pages of text on loopback, all but one.
type site struct{ missing int }

// pageSize is that of each page.
const pageSize = 64 << 10

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil || number == s.missing {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write([]byte(text(uint64(number)))) // the client has gone, or not
}

// text is the page of that number.
func text(number uint64) string {
	random := rand.New(rand.NewPCG(7, number))
	var b strings.Builder
	for b.Len() < pageSize {
		b.WriteString(words[random.IntN(len(words))])
		b.WriteByte(' ')
	}
	return b.String()[:pageSize]
}

var words = strings.Fields(`a pipeline has stages and each takes what the one before it has made as fast as it can
	but no faster than the next one wants it or else the goods pile up between them until there is no room left`)

// serve does something while the site is up.
func (s site) serve(ctx context.Context, do func(ctx context.Context, url string) error) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s}
	var background errgroup.Group
	background.Go(func() error { return server.Serve(listener) })
	defer func() {
		_ = server.Close()
		_ = background.Wait() // that it is closed
	}()
	return do(ctx, "http://"+listener.Addr().String())
}
