package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// behaviour is how the server answers one request.
type behaviour int

const (
	ok behaviour = iota
	busy
	hang
	reset
	missing
)

// flaky is a server that misbehaves on a schedule.
type flaky struct{ seed uint64 }

// schedule is how the server answers the given attempt, from 1, at a page: the same
// for the same seed, in whatever order the requests come. A page of ten is never well
// or never there; three misbehave once or twice.
func (s flaky) schedule(page uint64, attempt int) behaviour {
	random := rand.New(rand.NewPCG(s.seed, page))
	fault := []behaviour{busy, hang, reset}[random.IntN(3)]
	spell := 1 + random.IntN(2)
	switch x := random.IntN(100); {
	case x < 4:
		return missing
	case x < 10:
		return fault
	case x < 40 && attempt <= spell:
		return fault
	}
	return ok
}

func (s flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.ParseUint(strings.TrimPrefix(r.URL.Path, "/"), 10, 64)
	attempt, _ := strconv.Atoi(r.Header.Get(attemptHeader))
	switch s.schedule(page, attempt) {
	case ok:
		fmt.Fprintf(w, "page %d\n", page)
	case busy:
		w.Header().Set("Retry-After", "1") // HTTP has no less than a second
		http.Error(w, "busy", http.StatusServiceUnavailable)
	case hang:
		<-r.Context().Done() // until the client has given up
	case reset:
		hangUp(w)
	case missing:
		http.NotFound(w, r)
	}
}

// hangUp ends the connection without an answer, by TCP RST where it is TCP.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the next best thing
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
