package main

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// exchange is the server that the function depends on.
type exchange struct {
	server *http.Server
	seed   maphash.Seed
	down   atomic.Bool
}

func openExchange() (*exchange, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ex := &exchange{seed: maphash.MakeSeed()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /quote", ex.quote)
	ex.server = &http.Server{Handler: ex.unlessDown(mux), ReadHeaderTimeout: 10 * time.Second}
	if err := os.Setenv(exchangeURL, "http://"+listener.Addr().String()); err != nil {
		return nil, err
	}
	go ex.server.Serve(listener)
	return ex, nil
}

func (ex *exchange) close() { ex.server.Close() }

func (ex *exchange) unlessDown(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ex.down.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// quote takes a while, and is in trouble with a few: some symbols it does not know, some were
// never traded, and at times it is busy.
func (ex *exchange) quote(w http.ResponseWriter, r *http.Request) {
	select {
	case <-time.After(20*time.Millisecond + time.Duration(rand.ExpFloat64()*float64(60*time.Millisecond))):
	case <-r.Context().Done():
		return
	}
	symbol := r.FormValue("symbol")
	switch h := maphash.String(ex.seed, symbol) % 200; {
	case rand.IntN(50) == 0:
		w.WriteHeader(http.StatusServiceUnavailable)
	case h < 3:
		w.WriteHeader(http.StatusNotFound)
	case h == 3:
		_ = json.NewEncoder(w).Encode(map[string]any{"Last": nil})
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{"Last": map[string]any{"Price": float64(10 + h)}})
	}
}

// breakNowAndThen is the fault that comes and goes.
func (ex *exchange) breakNowAndThen(ctx context.Context, every, length time.Duration) {
	for {
		for _, phase := range []struct {
			down bool
			time.Duration
		}{{false, every - length}, {true, length}} {
			ex.down.Store(phase.down)
			select {
			case <-time.After(phase.Duration):
			case <-ctx.Done():
				return
			}
		}
	}
}
