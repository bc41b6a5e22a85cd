package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

// order is an input.
type order struct {
	Symbol string
	Shares int
}

func (o order) String() string { return fmt.Sprintf("%d × %s", o.Shares, o.Symbol) }

// quote is what comes of it.
type quote struct {
	Symbol string
	Total  float64
}

// session is what each container has of its own: a connection to the exchange.
type session struct{ client *http.Client }

var body = mapper.WithState(login, price, logout)

var _ = process.RegisterState(login, price, logout)

// exchangeURL says where the exchange is. Worker processes inherit it.
const exchangeURL = "QUOTES_EXCHANGE"

// login is the enter of a container.
func login(ctx context.Context) (*session, error) {
	s := &session{client: &http.Client{Transport: new(http.Transport)}}
	if err := s.get(ctx, "/login", nil); err != nil {
		return nil, fmt.Errorf("logging in to the exchange: %w", err)
	}
	log.Print("logged in")
	return s, nil
}

func logout(_ context.Context, s *session) error {
	s.client.CloseIdleConnections()
	return nil
}

// answer is what the exchange says: nothing of the last trade, if there was none.
type answer struct {
	Last *struct{ Price float64 }
}

// price is the function. It has a bug: it takes it that each symbol was traded once. And it
// cannot go on without the exchange, so it panics then rather than fail every order.
func price(ctx context.Context, s *session, o order) (quote, error) {
	var a answer
	err := s.get(ctx, "/quote?symbol="+o.Symbol, &a)
	if errors.Is(err, errDown) {
		panic(err)
	}
	if err != nil {
		log.Printf("%s: %v", o.Symbol, err)
		return quote{}, err
	}
	return quote{o.Symbol, a.Last.Price * float64(o.Shares)}, nil
}

var (
	errDown    = errors.New("the session is lost: the exchange is down")
	errUnknown = errors.New("no such symbol")
	errBusy    = errors.New("the exchange is busy")
)

// get asks the exchange.
func (s *session) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv(exchangeURL)+path, nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		if into == nil {
			return nil
		}
		return json.NewDecoder(resp.Body).Decode(into)
	case http.StatusBadGateway:
		return errDown
	case http.StatusNotFound:
		return policy.Permanent(errUnknown)
	case http.StatusServiceUnavailable:
		return errBusy
	}
	return fmt.Errorf("the exchange says %s", resp.Status)
}
