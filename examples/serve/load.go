package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load has the clients ask until ctx ends. Its channel is closed when all have their answers.
func (c config) load(ctx context.Context, url string, transport *http.Transport, t *tally) <-chan struct{} {
	over := make(chan struct{})
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	var clients sync.WaitGroup
	for i := range c.clients {
		clients.Go(func() { askAll(ctx, client, url, i, t) })
	}
	go func() {
		defer close(over)
		clients.Wait()
		client.CloseIdleConnections()
	}()
	return over
}

// askAll asks for one row after the other. It does not give up on a question that it has
// asked, and comes back when it is told to.
func askAll(ctx context.Context, client *http.Client, url string, first int, t *tally) {
	for row := first * 31; ctx.Err() == nil; row++ {
		status, wait, err := ask(client, url, row%rows)
		t.count(status, err)
		if wait > 0 && !sleep(ctx, wait) {
			return
		}
	}
}

// ask asks once. The error says that there was no answer, or a wrong one.
func ask(client *http.Client, url string, row int) (status int, wait time.Duration, err error) {
	res, err := client.Post(url, "application/json", strings.NewReader(fmt.Sprintf(`{"row":%d}`, row)))
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, 0, err
	}
	if res.StatusCode == http.StatusOK {
		var got reply
		if err := json.Unmarshal(body, &got); err != nil || got.Row != row {
			return 0, 0, fmt.Errorf("row %d: got %q", row, body)
		}
	}
	seconds, _ := strconv.Atoi(res.Header.Get("Retry-After")) // 0 where there is none
	return res.StatusCode, time.Duration(seconds) * time.Second, nil
}
